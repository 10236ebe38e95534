#include <memory>
#include <set>

#include "commands/context.h"
#include "commands/ctr/images/images.h"
#include "commands/errors.h"
#include "commands/flags/declare.h"
#include "commands/flags/labels.h"
#include "commands/ui/human.h"
#include "commands/ui/table.h"
#include "core/base/escape.h"
#include "core/images/images.h"
#include "core/images/measure.h"

namespace ctrbox::commands {
namespace {

/// The size and the platforms of an image that nobody has measured. A damaged document must not hide the other images:
/// it is told, and the sum is what could be counted.
void measure(Context& context, core::images::Image& image) {
  core::images::Measure measure;
  std::set<core::Digest> depends_on;
  try {
    core::with_context("calculating the size of " + core::quoted(image.name), [&] {
      core::images::measure(context.database(), core::content::Store(context.paths()), context.ns(), image.target,
                            measure, depends_on);
    });
  } catch (const core::Error& error) {
    context.err() << context.program() << ": warning: " << describe(error) << "\n";
  }
  image.measured_size = measure.size_bytes;
  image.measured_platforms = core::images::to_string(measure.platforms);
}

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
    auto images = core::images::list(context.database(), context.ns(), options->filters);
    if (options->quiet) {
      for (const auto& image : images) context.out() << core::escape_for_terminal(image.name) << "\n";
      return 0;
    }
    Table table({"REF", "TYPE", "DIGEST", "SIZE", "PLATFORMS", "LABELS"});
    for (auto& image : images) {
      if (!image.measured_size) measure(context, image);
      table.add_row({image.name, image.target.media_type, image.target.digest.text(),
                     binary_size(static_cast<double>(*image.measured_size)),
                     image.measured_platforms.empty() ? "-" : image.measured_platforms, labels_cell(image.labels)});
    }
    table.print(context.out());
    return 0;
  };
}

}  // namespace ctrbox::commands
