// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/pytorch/pickle_machine.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

using namespace bouillon;
using namespace std::string_literals;
using detail::pickle_id;
using detail::pickle_kind;
using detail::pickle_values;
using detail::read_pickle;

namespace {

/// A value as Python would print it, calls as CALLEE(ARGUMENTS)<STATE>. Values must not contain themselves.
std::string shown(const pickle_values& values, pickle_id value);

std::string shown_items(const pickle_values& values, pickle_id value) {
    std::string text;
    for (const pickle_id item : values.items(value)) text += (text.empty() ? "" : ",") + shown(values, item);
    return text;
}

std::string shown(const pickle_values& values, pickle_id value) {
    switch (values.kind(value)) {
        case pickle_kind::none:
            return "None";
        case pickle_kind::boolean:
            return values.integer(value) ? "True" : "False";
        case pickle_kind::integer:
            return to_string(values.integer(value));
        case pickle_kind::real:
            return to_string(values.real(value));
        case pickle_kind::big_integer:
            return "big " + to_string(values.text(value).size());
        case pickle_kind::string:
            return '\'' + std::string(values.text(value)) + '\'';
        case pickle_kind::bytes:
            return "b'" + std::string(values.text(value)) + '\'';
        case pickle_kind::tuple:
            return '(' + shown_items(values, value) + ')';
        case pickle_kind::list:
            return '[' + shown_items(values, value) + ']';
        case pickle_kind::dict:
            return '{' + shown_items(values, value) + '}';
        case pickle_kind::set:
            return "set(" + shown_items(values, value) + ')';
        case pickle_kind::global:
            return std::string(values.module_of(value)) + '.' + std::string(values.name_of(value));
        case pickle_kind::persistent_id:
            return "id " + shown(values, values.persistent(value));
        case pickle_kind::call:
            break;
    }
    const auto state = values.state(value);
    return shown(values, values.callee(value)) + shown(values, values.arguments(value)) +
           (state ? '<' + shown(values, *state) + '>' : "");
}

std::string read(std::string_view pickle) {
    const auto made = read_pickle(test::as_bytes(pickle), "f");
    CHECK(made.size == pickle.size());
    return shown(made.values, made.root);
}

std::string refusal(std::string_view pickle) {
    return test::message_of<input_error>([&] { read_pickle(test::as_bytes(pickle), "f"); });
}

}  // namespace

TEST_CASE("a pickle's numbers are read") {
    CHECK(read("N.") == "None");
    CHECK(read("\x88.") == "True");
    CHECK(read("\x89.") == "False");
    CHECK(read("K\xff.") == "255");
    CHECK(read("M\xff\xff.") == "65535");
    CHECK(read("J\xff\xff\xff\x7f.") == "2147483647");
    CHECK(read("J\xff\xff\xff\xff.") == "-1");
    CHECK(read("\x8a\0."s) == "0");
    CHECK(read("\x8a\x01\x80.") == "-128");
    CHECK(read("\x8a\x05\x00\x5e\xd0\xb2\x00."s) == "3000000000");
    CHECK(read("\x8a\x08\0\0\0\0\0\0\0\x80."s) == to_string(std::numeric_limits<std::int64_t>::min()));
    CHECK(read("\x8a\x09\0\0\0\0\0\0\0\x80\0."s) == "big 9");
    CHECK(read("\x8b\x02\0\0\0\x00\xff."s) == "-256");
    CHECK(read("G\x3f\xb9\x99\x99\x99\x99\x99\x9a.") == "0.1");
}

TEST_CASE("a pickle's texts are read") {
    CHECK(read("X\x02\0\0\0ab."s) == "'ab'");
    CHECK(read("\x8c\x02"
               "ab.") == "'ab'");
    CHECK(read("\x8d\x02\0\0\0\0\0\0\0ab."s) == "'ab'");
    CHECK(read("T\x02\0\0\0ab."s) == "b'ab'");
    CHECK(read("U\x02"
               "ab.") == "b'ab'");
    CHECK(read("B\x02\0\0\0ab."s) == "b'ab'");
    CHECK(read("C\x02"
               "ab.") == "b'ab'");
    CHECK(read("\x8e\x02\0\0\0\0\0\0\0ab."s) == "b'ab'");
    CHECK(read("\x96\x02\0\0\0\0\0\0\0ab."s) == "b'ab'");
    CHECK(read("\x8c\x01\0."s) == "'\0'"s);
}

TEST_CASE("a pickle's containers are read") {
    CHECK(read(").") == "()");
    CHECK(read("N\x85.") == "(None)");
    CHECK(read("K\1K\2\x86.") == "(1,2)");
    CHECK(read("K\1K\2K\3\x87.") == "(1,2,3)");
    CHECK(read("(K\1K\2K\3K\4t.") == "(1,2,3,4)");
    CHECK(read("].") == "[]");
    CHECK(read("]K\1a(K\2K\3e.") == "[1,2,3]");
    CHECK(read("(K\1K\2l.") == "[1,2]");
    CHECK(read("}.") == "{}");
    CHECK(read("}K\1K\2s(K\3K\4K\5Nu.") == "{1,2,3,4,5,None}");
    CHECK(read("(K\1K\2d.") == "{1,2}");
    CHECK(read("\x8f(K\1K\2\x90.") == "set(1,2)");
    CHECK(read("(K\1\x91.") == "set(1)");
}

TEST_CASE("a pickle's stack, marks and frames are followed") {
    CHECK(read("\x80\x05N.") == "None");
    CHECK(read("\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xffN.") == "None");
    CHECK(read("K\1K\2"
               "0.") == "1");
    CHECK(read("K\1(0.") == "1");
    CHECK(read("K\1(K\2K\3"
               "1.") == "1");
    CHECK(read("K\1"
               "2\x86.") == "(1,1)");
}

TEST_CASE("a pickle's memo gives the value itself, not a copy") {
    CHECK(read("K\7q\0K\x08q\1h\0h\1(h\0h\1h\0t\x87\x86\x86."s) == "(7,(8,(7,8,(7,8,7))))");
    CHECK(read("K\7r\0\0\0\0j\0\0\0\0\x86."s) == "(7,7)");
    CHECK(read("\x80\x04K\7\x94K\x08\x94h\0h\1\x86\x87."s) == "(7,8,(7,8))");
    const std::string itself = "]q\0h\0a."s;
    const auto made = read_pickle(test::as_bytes(itself), "f");
    CHECK(made.values.items(made.root)[0] == made.root);
}

TEST_CASE("sixty tuples of twice the one before take no more room than they do in the file") {
    std::string bomb = ")";
    for (int i = 0; i < 60; ++i) bomb += "2\x86";
    const std::string pickle = bomb + '.';
    CHECK(read_pickle(test::as_bytes(pickle), "f").values.size() == 64);
}

TEST_CASE("a pickle's globals and calls are told and never run") {
    CHECK(read("cos\nsystem\n\x8c\x02ls\x85R.") == "os.system('ls')");
    CHECK(read("\x8c\x02os\x8c\x06system\x93.") == "os.system");
    CHECK(read("ca\nB\n)\x81}\x8c\x01xK\1sb.") == "a.B()<{'x',1}>");
    CHECK(read("ca\nB\nK\1\x85}\x92.") == "a.B((1),{})");
    CHECK(read("cg\nh\nNK\1\x86R)R.") == "g.h(None,1)()");
    CHECK(read("\x8c\x01sQ.") == "id 's'");
    CHECK(read("ca\nB\n)\x81K\1a(K\1e.") == "a.B()");
    CHECK(read("ca\nB\n)\x81K\1K\2s(K\1K\2u(K\1\x90.") == "a.B()");
}

TEST_CASE("an ordered dict of a pickle is a dict, whatever state it is given") {
    CHECK(read("ccollections\nOrderedDict\n)RK\1K\2s}K\3K\4sb.") == "{1,2}");
    CHECK(read("ccollections\nOrderedDict\n]\x85R.") == "collections.OrderedDict([])");
}

TEST_CASE("a key of a pickle's dict may be any value") { CHECK(read("}ca\nB\n)\x81}b]s.") == "{a.B()<{}>,[]}"); }

TEST_CASE("several pickles in a row are read one after another") {
    const std::string row = "\x80\2K\1.\x80\2K\2q\0.h\0."s;
    const auto bytes = test::as_bytes(row);
    const auto first = read_pickle(bytes, "f");
    CHECK(first.size == 5);
    const auto second = read_pickle(bytes.subspan(first.size), "f");
    CHECK(shown(second.values, second.root) == "2");
    CHECK(test::message_of<input_error>([&] { read_pickle(bytes.subspan(first.size + second.size), "f"); }) ==
          "f: the pickle recalls value number 0, which it has not remembered (at byte 0)");
}

TEST_CASE("a pickle that ends early is refused as cut off at each of its bytes") {
    const std::string whole =
        "\x80\4\x95\1\0\0\0\0\0\0\0}(\x8c\1aX\1\0\0\0bca\nB\nG12345678\x8b\1\0\0\0\7C\1xQ\x94r\1\0\0\0u."s;
    CHECK(read(whole).starts_with("{'a','b',a.B,"));
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(test::message_of<detail::pickle_cut_off>([&] {
                  read_pickle(test::as_bytes(whole).first(size), "f");
              }).starts_with("f: the pickle is cut off: at byte "));
}

TEST_CASE("a length that a pickle claims is not believed") {
    for (const auto& claim : {"X\xff\xff\xff\xff."s, "\x8d\xff\xff\xff\xff\xff\xff\xff\xff."s, "T\xff\xff\xff\xff."s,
                              "B\xff\xff\xff\x7f."s, "\x8b\xff\xff\xff\xff."s, "\x96\0\0\0\0\0\0\0\x80."s})
        CHECK(refusal(claim).starts_with("f: the pickle is cut off: at byte "));
}

TEST_CASE("a pickle that breaks the machine's rules is refused") {
    const auto says = [](const std::string& pickle, const std::string& what) {
        CHECK(refusal(pickle) == "f: the pickle " + what + " (at byte " + to_string(pickle.size() - 1) + ')');
    };
    says(".", "ends with 0 values and 0 open marks, not with one value");
    says("NN.", "ends with 2 values and 0 open marks, not with one value");
    says("N(.", "ends with 1 values and 1 open marks, not with one value");
    says("0", "takes a value from an empty stack");
    says("N(2", "takes a value from an empty stack");
    says("N(\x85", "takes a value from an empty stack");
    says("K\1\x86", "takes a value from an empty stack");
    says("\x94", "takes a value from an empty stack");
    says("Nt", "goes back to a mark that it has not made");
    says("N(K\1K\1u", "puts items into a value that can hold none");
    says("}(K\1u", "has a dict of a key without a value");
    says("(K\1d", "has a dict of a key without a value");
    says("K\1K\2a", "puts items into a value that can hold none");
    says("]K\1K\2s", "puts items into a value that can hold none");
    says("](K\1\x90", "puts items into a value that can hold none");
    says(")K\1a", "puts items into a value that can hold none");
    says("NN\x93", "names a global by what are no strings");
    says("ca\nB\nNR", "calls with arguments that are no tuple");
    says("ca\nB\n]\x81", "calls with arguments that are no tuple");
    says("NNb", "gives a state to a value that can have none");
    says("ca\nB\n)\x81NbNb", "gives an object a second state");
    CHECK(refusal("\x80\x06N.") == "f: the pickle is of protocol 6, later than 5 (at byte 0)");
    CHECK(refusal("Nr\xff\xff\xff\xff.") ==
          "f: the pickle remembers a value as number 4294967295, which is too high (at byte 1)");
    CHECK(refusal("Nh\1.") == "f: the pickle recalls value number 1, which it has not remembered (at byte 1)");
    CHECK(refusal("Nq\2h\1.") == "f: the pickle recalls value number 1, which it has not remembered (at byte 3)");
}

TEST_CASE("an opcode that stores no tensor is refused by its name") {
    const std::string opcodes = "FILPSVgiop\x82\x83\x84\x97\x98";
    const std::vector<std::string> names = {"FLOAT",   "INT",  "LONG", "PERSID",      "STRING",
                                            "UNICODE", "GET",  "INST", "OBJ",         "PUT",
                                            "EXT1",    "EXT2", "EXT4", "NEXT_BUFFER", "READONLY_BUFFER"};
    for (std::size_t i = 0; i < names.size(); ++i)
        CHECK(refusal("N" + opcodes.substr(i, 1)) ==
              "f: the pickle has the opcode " + names[i] + ", which nothing that stores tensors writes (at byte 1)");
    CHECK(refusal("\xff") == "f: the pickle has the byte 255, which is no opcode (at byte 0)");
}

TEST_CASE("a pickle of nothing but marks is refused") {
    CHECK(refusal(std::string(1'000'000, '(')) == "f: the pickle has more than 10000 open marks (at byte 10000)");
}
