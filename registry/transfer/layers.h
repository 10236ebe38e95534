// Runs the layer steps of a plan: some sequences at once, and in the meantime writes back what has been unpacked, so
// that the last sync finds little to do. The first error stops everything and is the one thrown.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>
#include <string>

#include "core/content/store.h"
#include "core/oci/digest.h"
#include "registry/remote/repository.h"
#include "registry/transfer/plan.h"
#include "registry/transfer/report.h"

namespace ctrbox::registry::transfer {

/// A blob of the content store is not what it should be: the pull starts over and fetches it.
class DamagedBlob : public std::exception {
 public:
  explicit DamagedBlob(core::Digest digest)
      : digest_(std::move(digest)), text_("content " + digest_.text() + " is damaged") {}
  const core::Digest& digest() const noexcept { return digest_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  core::Digest digest_;
  std::string text_;
};

struct LayerContext {
  remote::Repository& repository;
  const core::content::Store& store;
  const core::Paths& paths;
  Report& report;
  const std::function<bool()>& cancelled;
};

/// Throws core::Error with the layer in its context; DamagedBlob.
void process_layers(Plan& plan, const ImageTree& tree, const LayerContext& context);

/// syncfs of everything the plan has written.
void sync_files(const Plan& plan, const core::Paths& paths);

}  // namespace ctrbox::registry::transfer
