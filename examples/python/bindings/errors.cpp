// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/error.hpp>

#include "bindings/module.hpp"

#include <cstring>
#include <exception>
#include <string>
#include <system_error>

namespace nb = nanobind;

namespace {

/// The package's exceptions; they live as long as the module.
struct error_types {
    PyObject* input;  // a ValueError
    PyObject* work;   // a RuntimeError
};

/// Raises an exception with a C++ message, whose file names may be no UTF-8.
void raise(PyObject* type, const char* message) {
    PyObject* const text =
        PyUnicode_DecodeUTF8(message, static_cast<Py_ssize_t>(std::strlen(message)), "backslashreplace");
    if (!text) return;  // Python is out of memory, and says so itself
    PyErr_SetObject(type, text);
    Py_DECREF(text);
}

void translate(const std::exception_ptr& thrown, void* types_of_module) {
    const auto& types = *static_cast<const error_types*>(types_of_module);
    try {
        std::rethrow_exception(thrown);
    } catch (const bouillon::input_error& error) {
        raise(types.input, error.what());
    } catch (const bouillon::interrupted& error) {
        raise(PyExc_KeyboardInterrupt, error.what());
    } catch (const bouillon::error& error) {
        raise(types.work, error.what());
    } catch (const std::system_error& error) {  // of files, and where no thread can be started
        raise(types.work, error.what());
    }
}

PyObject* make_error(nb::module_& module, const char* name, PyObject* base, const char* text) {
    const std::string whole = std::string("bouillon.") + name;
    PyObject* const type = PyErr_NewExceptionWithDoc(whole.c_str(), text, base, nullptr);
    if (!type) throw nb::python_error();
    module.attr(name) = nb::borrow(type);
    return type;
}

}  // namespace

void add_errors(nb::module_& module) {
    static error_types types;  // as long as the process, as the module is
    types.input = make_error(module, "InputError", PyExc_ValueError, "What was given cannot be used.");
    types.work = make_error(module, "WorkError", PyExc_RuntimeError, "The work itself failed.");
    nb::register_exception_translator(translate, &types);
}
