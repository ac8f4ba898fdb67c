# Run by cpack, before it packs what is staged: the manual page and the change logs, compressed as packages have them.
#
# SPDX-License-Identifier: GPL-2.0-or-later
set(share "${CPACK_TEMPORARY_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX}/share")
set(doc "${share}/doc/${CPACK_PACKAGE_NAME}")

# Without it cpack would make a package that depends on next to nothing, and say nothing.
if(CPACK_GENERATOR STREQUAL DEB)
    find_program(DPKG_SHLIBDEPS dpkg-shlibdeps)
    if(NOT DPKG_SHLIBDEPS)
        message(FATAL_ERROR "dpkg-shlibdeps is missing: install dpkg-dev")
    endif()
    if(NOT CPACK_DEBIAN_PACKAGE_DEPENDS)
        message(FATAL_ERROR "No Debian package holds the Wireshark that this is built for")
    endif()

    execute_process(COMMAND date --utc --rfc-email --date "${CPACK_MAILWIRE_DATE}" OUTPUT_VARIABLE date
        OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    file(WRITE "${doc}/changelog.Debian"
"${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * What is new in ${CPACK_PACKAGE_VERSION} is in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
endif()
configure_file("${CPACK_MAILWIRE_CHANGELOG}" "${doc}/changelog" COPYONLY)

file(GLOB compressed "${doc}/changelog*" "${share}/man/man4/*")
execute_process(COMMAND gzip --best --no-name --force ${compressed} COMMAND_ERROR_IS_FATAL ANY)
