# SPDX-License-Identifier: Apache-2.0
# Fails where a public name of the headers has no comment, as doxygen sees it by the rules of docs/site/.
#     cmake -D SOURCE=<repository> -D WORK=<folder to write to> -D DOXYGEN=<program> -D PYTHON=<program>
#           -P documented_names.cmake
cmake_minimum_required(VERSION 3.25)

get_filename_component(site "${CMAKE_CURRENT_LIST_DIR}/../../docs/site" ABSOLUTE)
file(MAKE_DIRECTORY "${WORK}")
file(WRITE "${WORK}/Doxyfile" "\
@INCLUDE = \"${site}/Doxyfile\"
INPUT = include/bouillon \"${site}/names.dox\"
INPUT_FILTER = \"awk -f ${site}/doxygen_filter.awk\"
OUTPUT_DIRECTORY = \"${WORK}\"
WARN_LOGFILE = \"${WORK}/doxygen.log\"
HTML_EXTRA_STYLESHEET = \"${site}/api.css\"
")
execute_process(COMMAND "${DOXYGEN}" "${WORK}/Doxyfile" WORKING_DIRECTORY "${SOURCE}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${PYTHON}" "${site}/undocumented.py" "${WORK}/doxygen.log" RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "public names without a comment")
endif()
