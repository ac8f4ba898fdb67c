# Packages: `cpack -G DEB` and `cpack -G RPM` in the build folder.
#
# A package is for all users, whoever builds it: its files are a component of their own, with paths below Wireshark's
# prefix, that `cmake --install` leaves out.
# SPDX-License-Identifier: GPL-2.0-or-later
set(MAILWIRE_MAINTAINER "mailwire maintainers <mailwire@localhost>" CACHE STRING
    "Name and address that packages give as their maintainer")

set(wireshark_minor "${Wireshark_MAJOR_VERSION}.${Wireshark_MINOR_VERSION}")
math(EXPR next_minor "${Wireshark_MINOR_VERSION} + 1")
file(RELATIVE_PATH plugin_path "${Wireshark_INSTALL_PREFIX}" "${Wireshark_PLUGIN_INSTALL_DIR}/epan")

set(in_package COMPONENT package EXCLUDE_FROM_ALL)
install(TARGETS mailwire LIBRARY DESTINATION "${plugin_path}" ${in_package})
install(DIRECTORY ${profiles} DESTINATION share/wireshark/profiles ${in_package})
install(FILES "${manual}" DESTINATION share/man/man4 ${in_package})
install(FILES README.md plugin/FIELDS.md DESTINATION share/doc/mailwire ${in_package})
install(FILES cmake/copyright DESTINATION share/doc/mailwire ${in_package})

set(CPACK_INSTALL_CMAKE_PROJECTS "${CMAKE_CURRENT_BINARY_DIR};${PROJECT_NAME};package;/")
set(CPACK_PACKAGING_INSTALL_PREFIX "${Wireshark_INSTALL_PREFIX}")
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME mailwire)
set(CPACK_PACKAGE_VENDOR mailwire)
set(CPACK_PACKAGE_RELOCATABLE OFF)
set(CPACK_PACKAGE_CONTACT "${MAILWIRE_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "plugin for Wireshark that decodes SMTP, LMTP, POP3 and IMAP")
set(CPACK_PACKAGE_DESCRIPTION
"mailwire shows every command of a mail session with its reply and the time in
between, what the server offers, who logged in, and one record for each
message: from whom, to whom, or out of which mailbox, and what became of it.
It adds a mail log, statistics and the export of messages and attachments to
Wireshark and tshark.

This package is for Wireshark ${wireshark_minor}.")

# Where a plugin lies and whether Wireshark takes it depends on Wireshark's minor version: so do these packages. The
# release number holds it too, so that packages of one mailwire for two Wiresharks have different names.
set(release "1+wireshark${wireshark_minor}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE "${release}")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "wireshark | tshark")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The package that holds libwireshark, whose name has the number of its interface: libwireshark16 for 4.0.
find_program(DPKG_QUERY dpkg-query)
mark_as_advanced(DPKG_QUERY)
get_target_property(libwireshark epan LOCATION)
if(DPKG_QUERY)
    execute_process(COMMAND "${DPKG_QUERY}" --search "${libwireshark}" OUTPUT_VARIABLE owner ERROR_QUIET)
    string(REGEX MATCH "^[^:,]+" owner "${owner}")
endif()
if(owner)
    set(CPACK_DEBIAN_PACKAGE_DEPENDS
        "${owner} (>= ${wireshark_minor}), ${owner} (<< ${Wireshark_MAJOR_VERSION}.${next_minor}~)")
endif()

# rpm finds the libraries that are needed by itself; libwireshark's number changes with each minor version.
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_RELEASE "${release}")
set(CPACK_RPM_PACKAGE_LICENSE GPL-2.0-or-later)
set(CPACK_RPM_PACKAGE_GROUP Applications/Internet)
set(CPACK_RPM_PACKAGE_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION}")
set(share "${Wireshark_INSTALL_PREFIX}/share")
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    "${share}/doc;${share}/man;${share}/man/man4;${share}/wireshark;${share}/wireshark/profiles")
set(folder "${Wireshark_PLUGIN_INSTALL_DIR}/epan")
while(NOT folder STREQUAL Wireshark_INSTALL_PREFIX)
    list(APPEND CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION "${folder}")
    get_filename_component(folder "${folder}" DIRECTORY)
endwhile()

set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_SOURCE_DIR}/cmake/package_docs.cmake")
set(CPACK_MAILWIRE_CHANGELOG "${CMAKE_CURRENT_SOURCE_DIR}/CHANGELOG.md")
set(CPACK_MAILWIRE_DATE "${MW_DATE}")
include(CPack)
