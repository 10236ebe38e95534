// What the name of a layer's entry means: where it is beneath the root, and whether it is a whiteout. Pure.
//
// Names are cleaned as if the root were "/": leading slashes, "." and ".." cannot lead out of it.
// Whiteouts (OCI image-spec, layer.md): `.wh.x` takes x of the lower layers away, `.wh..wh..opq` all that they have in
// its directory; other `.wh..wh.` names are AUFS's own and mean nothing here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::core::diff {

enum class NameKind { root, ordinary, whiteout, opaque, ignored };

struct EntryName {
  NameKind kind = NameKind::ordinary;
  std::string parent;  // clean, relative, "" for the root; for `opaque` the directory itself
  std::string base;    // of a whiteout: the name it takes away; of root and opaque: ""
};

/// Throws invalid_argument for `.wh.`, `.wh..` and `.wh...`, which name no entry of their directory.
EntryName parse_entry_name(std::string_view raw);

/// "a/./b//../c" -> "a/c", "/../x" -> "x", "." -> "".
std::string clean_path(std::string_view raw);

/// The parts between slashes, without empty ones and ".".
std::vector<std::string_view> components(std::string_view path);

/// "a/b" of "a" and "b"; "b" of "" and "b".
std::string join_path(std::string_view parent, std::string_view name);

/// The part before the last slash of a clean path, "" if there is none.
std::string_view parent_path(std::string_view path);
std::string_view base_name(std::string_view path);

}  // namespace ctrbox::core::diff
