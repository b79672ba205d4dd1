// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/student_t.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

using namespace bouillon;

namespace {

struct row {
    double argument, degrees_of_freedom, expected;
};

/// scipy 1.x, 2 * stats.t.sf(argument, degrees_of_freedom)
constexpr row p_values[] = {
    {0.01, 0.5, 0.99460674363610468},      {1, 0.5, 0.6022432216826441},      {2.5, 0.5, 0.40097052905329322},
    {12, 0.5, 0.18506052106920212},        {0.01, 1, 0.99363401447018596},    {1, 1, 0.50000000000000011},
    {2.5, 1, 0.24223788318168682},         {12, 1, 0.052929352119179755},     {0.01, 2, 0.99292910895820097},
    {1, 2, 0.42264973081037421},           {2.5, 2, 0.12961172022151082},     {12, 2, 0.0068729336771584599},
    {0.01, 3.7, 0.99253692701185936},      {1, 3.7, 0.37814139976045247},     {2.5, 3.7, 0.07182202291182678},
    {12, 3.7, 0.00042678739938124501},     {0.01, 10, 0.99221797499097142},   {1, 10, 0.34089313230205998},
    {2.5, 10, 0.031446844236608817},       {12, 10, 2.9214088247699839e-07},  {0.01, 255, 0.99202910630574981},
    {1, 255, 0.31825848175865551},         {2.5, 255, 0.013048186112661076},  {12, 255, 1.3379355029534202e-26},
    {0.01, 12345.6, 0.99202144894983613},  {1, 12345.6, 0.31733010722013572}, {2.5, 12345.6, 0.012432200145626467},
    {12, 12345.6, 5.4207334178796917e-33},
};

/// scipy 1.x, stats.t.ppf(argument, degrees_of_freedom)
constexpr row quantiles[] = {
    {0.001, 0.5, -102849.11563017554},     {0.4, 0.5, -0.3979754267847907},      {0.975, 0.5, 164.55767348048818},
    {0.995, 0.5, 4113.9645888041741},      {0.001, 1, -318.30883898555044},      {0.4, 1, -0.32491969623290634},
    {0.975, 1, 12.706204736174694},        {0.995, 1, 63.656741162871526},       {0.001, 2, -22.327124770119873},
    {0.4, 2, -0.28867513459481281},        {0.975, 2, 4.3026527297494619},       {0.995, 2, 9.9248432009182874},
    {0.001, 3.7, -7.7951838750291662},     {0.4, 3.7, -0.27216446429206953},     {0.975, 3.7, 2.8675207071911895},
    {0.995, 3.7, 4.8692522532278275},      {0.001, 10, -4.1437004940465894},     {0.4, 10, -0.26018482949208033},
    {0.975, 10, 2.2281388519862739},       {0.995, 10, 3.16927267261695},        {0.001, 255, -3.1224986338541978},
    {0.4, 255, -0.25361158854536664},      {0.975, 255, 1.9693105698498752},     {0.995, 255, 2.5952464847916277},
    {0.001, 12345.6, -3.0908926000665131}, {0.4, 12345.6, -0.25335256280534652}, {0.975, 12345.6, 1.9601561582595104},
    {0.995, 12345.6, 2.5762276044252137},
};

}  // namespace

TEST_CASE("p-values agree with scipy") {
    for (const row& r : p_values) {
        CAPTURE(r.argument);
        CAPTURE(r.degrees_of_freedom);
        CHECK(student_t_two_sided_p_value(r.argument, r.degrees_of_freedom) ==
              doctest::Approx(r.expected).epsilon(1e-12));
        CHECK(student_t_two_sided_p_value(-r.argument, r.degrees_of_freedom) ==
              student_t_two_sided_p_value(r.argument, r.degrees_of_freedom));
    }
}

TEST_CASE("quantiles agree with scipy") {
    for (const row& r : quantiles) {
        CAPTURE(r.argument);
        CAPTURE(r.degrees_of_freedom);
        CHECK(student_t_quantile(r.argument, r.degrees_of_freedom) == doctest::Approx(r.expected).epsilon(1e-11));
    }
}

TEST_CASE("a quantile's p-value is what its probability leaves in both tails") {
    for (const double nu : {0.3, 1.0, 4.5, 50.0, 99.0, 101.0, 1e4, 1e6})
        for (const double tail : {1e-12, 1e-4, 0.025, 0.3}) {
            CAPTURE(nu);
            CAPTURE(tail);
            CHECK(student_t_two_sided_p_value(student_t_quantile(tail, nu), nu) ==
                  doctest::Approx(2 * tail).epsilon(1e-13));
        }
}

TEST_CASE("many degrees of freedom leave the normal distribution") {
    for (const double nu : {1e9, 1e12, 1e15})
        for (const double t : {0.01, 1.0, 1.96, 6.0})
            CHECK(student_t_two_sided_p_value(t, nu) ==
                  doctest::Approx(std::erfc(t / std::sqrt(2.0))).epsilon(1e-12 + 1e3 / nu));
}

TEST_CASE("the ends of Student's t distribution") {
    CHECK(student_t_two_sided_p_value(0, 3) == 1);
    CHECK(student_t_two_sided_p_value(std::numeric_limits<double>::infinity(), 3) == 0);
    CHECK(std::isnan(student_t_two_sided_p_value(std::numeric_limits<double>::quiet_NaN(), 3)));
    CHECK(student_t_quantile(0.5, 3) == 0);
}

TEST_CASE("arguments outside their range are refused") {
    CHECK_THROWS_WITH_AS(student_t_two_sided_p_value(1, 0),
                         "Student's t: degrees of freedom must be finite and above 0, not 0", input_error);
    CHECK_THROWS_AS(student_t_quantile(0.5, -1), input_error);
    CHECK_THROWS_AS(student_t_quantile(0.5, std::numeric_limits<double>::infinity()), input_error);
    CHECK_THROWS_AS(student_t_quantile(0, 3), input_error);
    CHECK_THROWS_AS(student_t_quantile(1, 3), input_error);
    CHECK_THROWS_AS(student_t_quantile(std::numeric_limits<double>::quiet_NaN(), 3), input_error);
}
