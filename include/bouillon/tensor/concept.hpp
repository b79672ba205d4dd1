// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/activation.hpp>
#include <bouillon/tensor/shapes.hpp>
#include <bouillon/tensor/tensor_view.hpp>

#include <concepts>
#include <cstdint>
#include <span>

namespace bouillon {

/// Where arithmetic on tensors happens: a value that owns flat tensors in their stored dtype and adds them up.
///
/// - `allocate(elements, type)`: a tensor of elements not yet written.
/// - `upload(bytes, type)`: a tensor with a copy of little-endian elements in host memory, of any dtype.
/// - `weighted_sum(inputs, coefficients, output)`: all K inputs in one pass, with the arithmetic of `weighted_sum`
///   (weighted_sum.hpp). The output is allocated already; its dtype is the one to round to.
/// - `download(tensor, bytes)`: back to host memory, `bytes` exactly as long as the tensor.
///
/// A sum is wide, in float64, where its output or an input is F64; an input with coefficient 0 takes no part, so that
/// its type makes no sum wide. What does not fit throws input_error: coefficients that are not as many as the inputs,
/// inputs whose sizes are not the output's, a type that is not F64, F32, F16 or BF16 in a sum, and bytes to download
/// into that are not exactly the tensor's. `backend_violations` (testing/backend.hpp) checks all of this.
///
/// A tensor of size 0 is allowed everywhere. Calls on one backend from several threads are fine while no two of them
/// write the same tensor.
template <class Backend>
concept tensor_backend = std::movable<typename Backend::tensor> &&
    requires(const Backend backend, typename Backend::tensor& output, const typename Backend::tensor& input,
             std::span<const typename Backend::tensor* const> inputs, std::span<const double> coefficients,
             std::span<const std::byte> host, std::span<std::byte> host_output, dtype type, std::size_t elements) {
    { input.size() } -> std::convertible_to<std::size_t>;  // elements
    { input.type() } -> std::same_as<dtype>;
    { backend.allocate(elements, type) } -> std::same_as<typename Backend::tensor>;
    { backend.upload(host, type) } -> std::same_as<typename Backend::tensor>;
    backend.weighted_sum(inputs, coefficients, output);
    backend.download(input, host_output);
};

/// A backend that can take tensors where they lie.
///
/// `view(tensor_view)` gives a tensor that refers to memory of the caller's, which must outlive it and be readable
/// where the backend computes; it is an input only, never an output.
template <class Backend>
concept viewing_backend = tensor_backend<Backend> && requires(const Backend backend, tensor_view memory) {
    { backend.view(memory) } -> std::same_as<typename Backend::tensor>;
};

/// A backend that sums for several candidates in one pass over the inputs.
///
/// `weighted_sum_batch(inputs, coefficients, outputs)`, as `bouillon::weighted_sum_batch` has it
/// (weighted_sum_batch.hpp), which works for every backend.
template <class Backend>
concept batching_backend = tensor_backend<Backend> &&
    requires(const Backend backend, std::span<const typename Backend::tensor* const> inputs,
             std::span<const double> coefficients, std::span<typename Backend::tensor* const> outputs) {
    backend.weighted_sum_batch(inputs, coefficients, outputs);
};

/// A backend that works while its caller goes on: what it is asked for is done in order, and whoever reads a result
/// waits for it.
///
/// `wait()`: until all is done. Until then the inputs of a sum must stay. `bouillon::wait` (wait.hpp) works for every
/// backend.
template <class Backend>
concept waiting_backend = tensor_backend<Backend> && requires(const Backend backend) {
    backend.wait();
};

namespace detail {

/// Stands for whatever gives a tensor's bytes (fill.hpp).
struct any_reader {
    void operator()(std::size_t first, std::span<std::byte> part) const;
};

}  // namespace detail

/// A backend that takes a tensor's bytes from a reader, part by part, so that it need not all lie in host memory first
/// and parts travel while others are read.
///
/// `fill(tensor, read)`, as `bouillon::fill` has it (fill.hpp), which works for every backend.
template <class Backend>
concept filling_backend = tensor_backend<Backend> &&
    requires(const Backend backend, typename Backend::tensor& output, const detail::any_reader& read) {
    backend.fill(output, read);
};

/// A backend that can also run a causal language model forward.
///
/// A `buffer` is a row-major array on the backend, uninitialised when made; it may be larger than a call uses. Its
/// numbers are float32, but where it was made for activations or as a matrix (`buffer_use`) and the backend multiplies
/// in another type; whatever reads or writes it converts. `indices` is a list of 32-bit integers on the backend,
/// `windows` the rows at which a batch's windows begin. What a call writes does not overlap what it reads, but where it
/// works in place. Calls of at most `lanes()` threads may run at once while they write different buffers, or different
/// losses of one. Shapes below: x (rows, width); a linear weight (outputs, inputs), as Hugging Face stores it.
///
/// - `write(values, buffer)`, `write(values, indices)`: the first values.size() elements from host memory.
/// - `read(buffer, values)`: its first values.size() elements to host memory.
/// - `convert(stored, output)`: a tensor of F64, F32, F16 or BF16 to what the buffer holds.
/// - `embed(table, rows, range, width, output)`: output (range.count, width) = the rows of table (any, width) that are
///   listed in a range of `rows`.
/// - `add_rows(x, rows, factors, range, width, output)`: row rows[range.first + i] of output (any, width) +=
///   factors[range.first + i] x[i], for x (range.count, width); no row twice.
/// - `rms_norm(x, weight, norm_shape, output)`: output = weight * x / sqrt(mean(x^2) + epsilon), row by row. x may be
///   the output.
/// - `layer_norm(x, weight, bias, norm_shape, output)`: output = weight * (x - mean(x)) / sqrt(variance(x) + epsilon) +
///   bias, row by row; the biases are in turn as the weights are. x may be the output.
/// - `linear(x, weight, linear_shape, accumulate, output)`: output (rows, outputs) = x weight', added if `accumulate`.
/// - `add_bias(bias, row_shape, x)`: x (rows, width) += bias (width), in place.
/// - `add_scaled(x, factor, row_shape, output)`: output += factor x.
/// - `scale(factor, row_shape, x)`: x = factor x, in place.
/// - `clamp(limit, row_shape, x)`: x = min(max(x, -limit), limit), in place.
/// - `rotate(x, rotation_shape, cosines, sines, positions)`: in place on x (rows, heads, head_dim), turns the pairs
///   (i, i + turned / 2) of a head's first `turned` dimensions by the angles of row `positions[row]` of the tables
///   (any, turned / 2).
/// - `causal_attention(attention_inputs, windows, attention_shape, output)`: the softmax of the scores times the
///   values, output (rows, heads, value_dim); a score is scale q k', then capped, then has the bias added; query head h
///   reads kv head h / (heads / kv_heads); a row attends to itself and what precedes it in its window, as far back as
///   it reaches.
/// - `activate(activation_function, x, row_shape)`: x = f(x), in place.
/// - `activate_gated(activation_function, gate, up, row_shape)`: gate = f(gate) up, in place (activation.hpp).
/// - `token_losses(loss_inputs, loss_shape, targets, first, losses)`: losses[first + row] = log sum exp(logits) -
///   logits[target], logits = hidden head' with head (vocabulary, width), plus the bias, scaled, capped; nats.
/// - `sum_runs(losses, keys, sums)`: the sum of the losses of each run of equal keys, of which there are sums.size(),
///   in fixed point (loss_sum.hpp), into host memory.
template <class Backend>
concept language_model_backend = tensor_backend<Backend> && std::movable<typename Backend::buffer> &&
    std::default_initializable<typename Backend::buffer> && std::movable<typename Backend::indices> &&
    std::default_initializable<typename Backend::indices> && std::movable<typename Backend::windows> &&
    requires(const Backend backend, const typename Backend::tensor& stored, const typename Backend::buffer& input,
             typename Backend::buffer& output, const typename Backend::indices& list,
             typename Backend::indices& list_output, const typename Backend::windows& windows, std::size_t count,
             float factor, bool accumulate, std::span<const std::int32_t> host_indices,
             std::span<const float> host_values, std::span<float> host, std::span<std::int64_t> sums) {
    { backend.make_buffer(count) } -> std::same_as<typename Backend::buffer>;
    { backend.make_buffer(count, buffer_use::matrix) } -> std::same_as<typename Backend::buffer>;
    { backend.make_indices(count) } -> std::same_as<typename Backend::indices>;
    { backend.make_windows(host_indices) } -> std::same_as<typename Backend::windows>;
    { backend.lanes() } -> std::convertible_to<std::size_t>;
    backend.write(host_values, output);
    backend.write(host_indices, list_output);
    backend.read(input, host);
    backend.convert(stored, output);
    backend.embed(input, list, index_range(), count, output);
    backend.add_rows(input, list, input, index_range(), count, output);
    backend.rms_norm(input, input, norm_shape(), output);
    backend.layer_norm(input, input, input, norm_shape(), output);
    backend.linear(input, input, linear_shape(), accumulate, output);
    backend.add_bias(input, row_shape(), output);
    backend.add_scaled(input, factor, row_shape(), output);
    backend.scale(factor, row_shape(), output);
    backend.clamp(factor, row_shape(), output);
    backend.rotate(output, rotation_shape(), input, input, list);
    backend.causal_attention(attention_inputs<typename Backend::buffer>{input, input, input}, windows,
                             attention_shape(), output);
    backend.activate(activation_function(), output, row_shape());
    backend.activate_gated(activation_function(), output, input, row_shape());
    backend.token_losses(loss_inputs<typename Backend::buffer>{input, input}, loss_shape(), list, count, output);
    backend.sum_runs(input, list, sums);
};

}  // namespace bouillon
