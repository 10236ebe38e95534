# The help of dist and of each of its commands, as one text: what a user reads changes here.
dist --help
dist --help | sed -n 's/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p' | while read -r command; do
  echo "--- $command"
  # shellcheck disable=SC2086 # a command is one or two words
  dist $command --help
done
