#include <memory>

#include "commands/context.h"
#include "commands/ctr/content/content.h"
#include "commands/flags/declare.h"
#include "commands/flags/labels.h"
#include "commands/ui/human.h"
#include "commands/ui/table.h"
#include "core/content/content.h"

namespace ctrbox::commands {

Action declare_content_ls(CLI::App& app) {
  struct Options {
    bool quiet = false;
    std::vector<std::string> filters;
  };
  auto options = std::make_shared<Options>();
  add_switch(app, "-q,--quiet", options->quiet, "print digests alone");
  add_positionals(app, "FILTER", options->filters,
                  "like digest~=^sha256:ab or labels.\"a.b/c\"==d; one of several is enough", Presence::optional);
  return [options](Context& context) {
    const auto blobs = core::content::list(context.database(), context.ns(), options->filters);
    if (options->quiet) {
      for (const auto& blob : blobs) context.out() << blob.digest.text() << "\n";
      return 0;
    }
    const core::UnixNanos now = core::now_ns();
    Table table({"DIGEST", "SIZE", "AGE", "LABELS"});
    for (const auto& blob : blobs)
      table.add_row(
          {blob.digest.text(), decimal_size(blob.size), age_in_words(now - blob.created_at), labels_cell(blob.labels)});
    table.print(context.out());
    return 0;
  };
}

}  // namespace ctrbox::commands
