// SPDX-License-Identifier: Apache-2.0
#include "commands/dispatch.h"

int main(int argc, char** argv) { return ctrbox::commands::dispatch(argc, argv); }
