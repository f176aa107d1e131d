# suite_library(): one installable library, from sources to packages.
#
#   suite_library(strava
#     SOURCES  src/a.c ...            of the library itself
#     COMMON   buf.c ...              of ../common, compiled in
#     PACKAGES libcurl>=7.81 ...      pkg-config modules, private
#     SYSTEM   m ...                  libraries without a pkg-config file)
#
# Makes the targets <name> (shared) and <name>_static, the aliases
# <name>::<name> and <name>::<name>_static, and installs both with headers,
# man pages, lib<name>.pc and the CMake package lib<name>.
#
# The archive holds one relocatable object in which hidden names were made
# local, so that two of the libraries, which share code, link statically into
# one program.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
include(CheckLinkerFlag)
find_package(PkgConfig REQUIRED)

get_filename_component(SUITE_COMMON_DIR ${CMAKE_CURRENT_LIST_DIR} REALPATH)

function(suite_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;COMMON;PACKAGES;SYSTEM" ${ARGN})
  list(TRANSFORM ARG_COMMON PREPEND ${SUITE_COMMON_DIR}/)
  string(TOUPPER ${name} upper)
  foreach(package IN LISTS ARG_PACKAGES)
    string(REGEX MATCH "^[^>=<]+" module ${package})
    string(MAKE_C_IDENTIFIER LIB${upper}_${module} prefix)
    pkg_check_modules(${prefix} REQUIRED IMPORTED_TARGET GLOBAL ${package})
    list(APPEND packages PkgConfig::${prefix})
    list(APPEND find_lines "pkg_check_modules(${prefix} QUIET IMPORTED_TARGET ${package})")
  endforeach()

  add_library(${name}_objects OBJECT ${ARG_SOURCES} ${ARG_COMMON})
  target_include_directories(${name}_objects
    PUBLIC include PRIVATE ${SUITE_COMMON_DIR} src)
  target_link_libraries(${name}_objects PRIVATE ${packages})
  target_compile_definitions(${name}_objects PRIVATE _GNU_SOURCE)
  # Names are made local in machine code; with -flto there would be none yet.
  target_compile_options(${name}_objects PRIVATE -fno-lto)
  set_target_properties(${name}_objects PROPERTIES
    C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
    C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)

  add_library(${name} SHARED $<TARGET_OBJECTS:${name}_objects>)
  target_link_libraries(${name} PRIVATE ${packages} ${ARG_SYSTEM})
  set_target_properties(${name} PROPERTIES
    LINKER_LANGUAGE C VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

  suite_whole_object(${name})
  add_library(${name}_static STATIC ${whole})
  target_link_libraries(${name}_static PRIVATE ${packages} ${ARG_SYSTEM})
  set_target_properties(${name}_static PROPERTIES
    LINKER_LANGUAGE C OUTPUT_NAME ${name})

  foreach(target IN ITEMS ${name} ${name}_static)
    add_library(${name}::${target} ALIAS ${target})
    target_include_directories(${target} PUBLIC
      $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  endforeach()
  suite_install(${name} "${ARG_PACKAGES}" "${ARG_SYSTEM}" "${find_lines}")
endfunction()

# Links the objects of a library into one, ${whole}, whose hidden names are
# local.  Section groups are dissolved: a group of the same name in another
# archive would otherwise take the place of one that only local names reach.
function(suite_whole_object name)
  set(whole ${CMAKE_CURRENT_BINARY_DIR}/lib${name}.o)
  set(whole ${whole} PARENT_SCOPE)
  separate_arguments(link_flags NATIVE_COMMAND "${CMAKE_C_FLAGS}")
  list(FILTER link_flags INCLUDE REGEX "^-m") # -m32 and the like
  check_linker_flag(C -Wl,--force-group-allocation SUITE_LINKER_DISSOLVES_GROUPS)
  if(SUITE_LINKER_DISSOLVES_GROUPS)
    list(APPEND link_flags -Wl,--force-group-allocation)
  endif()
  add_custom_command(OUTPUT ${whole}
    COMMAND ${CMAKE_C_COMPILER} ${link_flags} -nostdlib -r
      -o ${whole}.tmp $<TARGET_OBJECTS:${name}_objects>
    COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${whole}.tmp ${whole}
    DEPENDS ${name}_objects $<TARGET_OBJECTS:${name}_objects>
    COMMAND_EXPAND_LISTS VERBATIM)
  set_source_files_properties(${whole} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
endfunction()

function(suite_install name packages system find_lines)
  set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lib${name})
  install(TARGETS ${name} ${name}_static EXPORT lib${name}-targets)
  install(DIRECTORY include/${name} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  foreach(section IN ITEMS 3 7)
    file(GLOB pages CONFIGURE_DEPENDS man/*.${section})
    install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
  endforeach()
  install(EXPORT lib${name}-targets NAMESPACE ${name}:: DESTINATION ${package_dir})

  list(TRANSFORM find_lines PREPEND "  ")
  list(JOIN find_lines "\n" PACKAGE_FINDS)
  configure_package_config_file(${SUITE_COMMON_DIR}/package-config.cmake.in
    lib${name}-config.cmake INSTALL_DESTINATION ${package_dir})
  write_basic_package_version_file(
    ${CMAKE_CURRENT_BINARY_DIR}/lib${name}-config-version.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/lib${name}-config.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/lib${name}-config-version.cmake
    DESTINATION ${package_dir})

  # An absolute directory stays as it is, any other is below the prefix.
  foreach(dir IN ITEMS LIBDIR INCLUDEDIR)
    set(PC_${dir} "\${prefix}")
    cmake_path(APPEND PC_${dir} ${CMAKE_INSTALL_${dir}})
  endforeach()
  list(JOIN packages ", " PC_REQUIRES)
  string(REPLACE ">=" " >= " PC_REQUIRES "${PC_REQUIRES}")
  list(TRANSFORM system PREPEND -l)
  list(JOIN system " " PC_LIBS)
  configure_file(lib${name}.pc.in lib${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lib${name}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
