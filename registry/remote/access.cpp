#include "registry/remote/access.h"
