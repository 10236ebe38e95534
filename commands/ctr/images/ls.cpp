#include <map>
#include <memory>

#include "commands/context.h"
#include "commands/ctr/images/images.h"
#include "commands/ctr/images/measure.h"
#include "commands/errors.h"
#include "commands/flags/declare.h"
#include "commands/flags/labels.h"
#include "commands/ui/human.h"
#include "commands/ui/table.h"
#include "core/base/escape.h"
#include "core/images/images.h"

namespace ctrbox::commands {
namespace {

std::string platforms_cell(const std::set<std::string>& platforms) {
  std::string cell;
  for (const std::string& platform : platforms) cell += (cell.empty() ? "" : ",") + platform;
  return cell.empty() ? "-" : cell;
}

/// Many names may point to one target, and reading documents is what costs.
class Measures {
 public:
  explicit Measures(Context& context)
      : context_(context), measurer_(context.database(), context.paths(), context.ns()) {}

  const Measure& of(const core::images::Image& image) {
    const auto [place, is_new] = known_.try_emplace(image.target.digest);
    if (is_new) measure(image, place->second);
    return place->second;
  }

 private:
  /// A damaged document must not hide the other images: it is told, and the sum is what could be counted.
  void measure(const core::images::Image& image, Measure& result) {
    try {
      core::with_context("calculating the size of " + core::quoted(image.name),
                         [&] { measurer_.measure(image.target, result); });
    } catch (const core::Error& error) {
      context_.err() << context_.program() << ": warning: " << describe(error) << "\n";
    }
  }

  Context& context_;
  ImageMeasurer measurer_;
  std::map<core::Digest, Measure> known_;
};

}  // namespace

Action declare_images_ls(CLI::App& app) {
  struct Options {
    bool quiet = false;
    std::vector<std::string> filters;
  };
  auto options = std::make_shared<Options>();
  add_switch(app, "-q,--quiet", options->quiet, "print names alone");
  add_positionals(app, "FILTER", options->filters, "like name~=redis or labels.\"a.b/c\"==d; one of several is enough",
                  Presence::optional);
  return [options](Context& context) {
    const auto images = core::images::list(context.database(), context.ns(), options->filters);
    if (options->quiet) {
      for (const auto& image : images) context.out() << core::escape_for_terminal(image.name) << "\n";
      return 0;
    }
    Measures measures(context);
    Table table({"REF", "TYPE", "DIGEST", "SIZE", "PLATFORMS", "LABELS"});
    for (const auto& image : images) {
      const Measure& measure = measures.of(image);
      table.add_row({image.name, image.target.media_type, image.target.digest.text(),
                     binary_size(static_cast<double>(measure.size_bytes)), platforms_cell(measure.platforms),
                     labels_cell(image.labels)});
    }
    table.print(context.out());
    return 0;
  };
}

}  // namespace ctrbox::commands
