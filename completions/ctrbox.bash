# bash completion for ctrbox, ctr, dist and containerd. The programs answer themselves: what is offered is what they have.
# SPDX-License-Identifier: Apache-2.0

_ctrbox() {
  local line=("${COMP_WORDS[@]:1:COMP_CWORD}") program=$1
  # "ctrbox ctr …" is ctr's business.
  if [[ ${program##*/} == ctrbox && ${#line[@]} -gt 1 && ${line[0]} =~ ^(ctr|dist|containerd)$ ]]; then
    mapfile -t COMPREPLY < <("$program" "${line[0]}" __complete "${line[@]:1}" 2>/dev/null)
  else
    mapfile -t COMPREPLY < <("$program" __complete "${line[@]}" 2>/dev/null)
  fi
}

complete -o default -F _ctrbox ctrbox ctr dist containerd
