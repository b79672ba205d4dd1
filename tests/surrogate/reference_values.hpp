// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/surrogate/hyper_parameters.hpp>
#include <bouillon/surrogate/training_set.hpp>

#include <cmath>
#include <vector>

/// Five observations in one dimension whose likelihood and posterior were computed with mpmath at 60 digits and agree
/// with scikit-learn 1.2: length scale 0.3, signal variance 1.5, mean 0.
namespace reference {

inline const std::vector<double> points = {.05, .2, .45, .7, .95};   // (5, 1)
inline const std::vector<double> scores = {.3, -.7, -1.1, .4, 1.1};  // (5)
inline const std::vector<double> equal_variances(5, .01);            // (5)
inline const std::vector<double> own_variances = {.01, .02, .005, .04, .01};
inline const bouillon::hyper_parameters at = {.kernel = {std::log(.3)}, .signal_variance = 1.5};

inline bouillon::training_set data(const std::vector<double>& variances) {
    return {.dimension = 1, .points = points, .scores = scores, .variances = variances};
}

struct values {
    double log_likelihood, by_log_length_scale, by_log_signal_variance;
    double mean[3], variance[3];  // at 0.3, 0.5, 0.8
};

inline const values matern52_equal = {-5.853033457341166,
                                      .674384870542,
                                      -.800024625393,
                                      {-1.13746338446678, -.871965038991238, .847789128564775},
                                      {.0578514090454055, .0310112604424293, .0717392336769889}};
inline const values matern52_own = {-5.882502018023968,
                                    .624307671699,
                                    -.782962943019,
                                    {-1.12774791453857, -.881985352381518, .835266324373875},
                                    {.0637865264447031, .0280951262245136, .0877767830957288}};
inline const values matern32_equal = {-6.065213928650102,
                                      .515961312143,
                                      -.915481430629,
                                      {-1.08178925757297, -.874872437446953, .814526366739295},
                                      {.140016343969199, .0687716875715512, .152233993195088}};
inline const values matern32_own = {-6.088392829706535,
                                    .486949786457,
                                    -.899763975542,
                                    {-1.07505229494059, -.883462153478337, .804110169686970},
                                    {.145177753897286, .0658384382604096, .166667712110410}};
inline const values squared_exponential_equal = {-5.244478115674175,
                                                 .0345901389585,
                                                 -.360999110853,
                                                 {-1.13434415329874, -.872337695312280, .872965953722088},
                                                 {.0104172337603487, .0098308364304441, .0139859884540009}};
inline const values squared_exponential_own = {-5.323752717658190,
                                               -.163062423402,
                                               -.336108574878,
                                               {-1.1207278922866, -.888661091164776, .845329488530110},
                                               {.0149345134172532, .00713856722763035, .0322739606247905}};

}  // namespace reference
