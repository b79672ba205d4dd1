// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nanobind/nanobind.h>

#include <unistd.h>

// Python's lock, given back for long work and taken for calls of Python's. A daemon thread may be at either when the
// program ends. Python before 3.14 ends such a thread where it next asks for the lock, by unwinding its stack, which a
// destructor does not let through: the process would abort. So the thread stays there until the process is gone.

/// Calls what may ask for the lock. Nothing that needs a destructor may lie between this and Python.
template <class Call>
auto or_end_with_process(const Call& call) {
    try {
        return call();
    } catch (...) {  // calls of C throw nothing else
        for (;;) ::pause();
    }
}

/// The calling thread does without the lock as long as this lives.
class lock_released {
 public:
    lock_released() : thread_(PyEval_SaveThread()) {}
    lock_released(const lock_released&) = delete;
    lock_released& operator=(const lock_released&) = delete;
    ~lock_released() {
        or_end_with_process([this] { PyEval_RestoreThread(thread_); });
    }

 private:
    PyThreadState* thread_;
};

/// The calling thread, any, has the lock as long as this lives.
class lock_held {
 public:
    lock_held() : before_(or_end_with_process([] { return PyGILState_Ensure(); })) {}
    lock_held(const lock_held&) = delete;
    lock_held& operator=(const lock_held&) = delete;
    ~lock_held() { PyGILState_Release(before_); }

 private:
    PyGILState_STATE before_;
};

/// What a function of Python's returns.
/// @throws what it raises
inline nanobind::object called(nanobind::handle function, const nanobind::tuple& arguments) {
    PyObject* const result = or_end_with_process([&] { return PyObject_CallObject(function.ptr(), arguments.ptr()); });
    if (!result) throw nanobind::python_error();
    return nanobind::steal(result);
}
