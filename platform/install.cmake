# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` writes: libraries, headers, and files for find_package and pkg-config.
include(CMakePackageConfigHelpers)

set(glissade_targets glissade)
set(glissade_core_alias "if(NOT TARGET glissade::core)\n  add_library(glissade::core ALIAS glissade::glissade)\nendif()\n")
if(TARGET glissade_core)
  list(APPEND glissade_targets glissade_core)
  set(glissade_core_alias "")
endif()
if(TARGET glissade_file_flash)
  list(APPEND glissade_targets glissade_file_flash)
endif()
install(TARGETS ${glissade_targets} EXPORT glissade ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(EXPORT glissade NAMESPACE glissade:: FILE glissade-targets.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/glissade)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/glissade-config.cmake @ONLY
     CONTENT "include(\${CMAKE_CURRENT_LIST_DIR}/glissade-targets.cmake)\n${glissade_core_alias}")
write_basic_package_version_file(${PROJECT_BINARY_DIR}/glissade-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/glissade-config.cmake ${PROJECT_BINARY_DIR}/glissade-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/glissade)

# Folders relative to the file, so that an installed tree can move, but where the user gave a whole path.
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
  set(glissade_pc_prefix ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH glissade_pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  set(glissade_pc_prefix "\${pcfiledir}/${glissade_pc_prefix}")
endif()
foreach(folder IN ITEMS LIBDIR INCLUDEDIR)
  set(glissade_pc_${folder} ${CMAKE_INSTALL_${folder}})
  if(NOT IS_ABSOLUTE ${CMAKE_INSTALL_${folder}})
    set(glissade_pc_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/glissade.pc @ONLY CONTENT "prefix=${glissade_pc_prefix}
Name: glissade
Description: Optimizer steps for models that learn on the device
Version: ${PROJECT_VERSION}
Cflags: -I${glissade_pc_INCLUDEDIR}
Libs: -L${glissade_pc_LIBDIR} -lglissade
")
install(FILES ${PROJECT_BINARY_DIR}/glissade.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
