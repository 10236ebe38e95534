# Writes ${OUT} when the commit has changed: cmake -DSOURCE=dir -DVERSION=v -DOUT=file -P revision.cmake
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD
  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR NOT revision)
  set(revision unknown)
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define CTRBOX_VERSION \"${VERSION}\"\n#define CTRBOX_REVISION \"${revision}\"\n")
