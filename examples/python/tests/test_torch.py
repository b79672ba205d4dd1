# SPDX-License-Identifier: Apache-2.0
"""With torch, where it is installed."""
import bouillon
import numpy
import pytest

torch = pytest.importorskip("torch")

WEIGHTS = [0.5, 0.3, 0.2]


class Tied(torch.nn.Module):
    """An embedding whose parameter is the head's too."""

    def __init__(self, dtype=torch.float32):
        super().__init__()
        self.embedding = torch.nn.Embedding(11, 8, dtype=dtype)
        self.norm = torch.nn.LayerNorm(8, dtype=dtype)
        self.head = torch.nn.Linear(8, 11, bias=False, dtype=dtype)
        self.head.weight = self.embedding.weight
        self.register_buffer("steps", torch.tensor(3))


def trained(seed, dtype=torch.float32):
    torch.manual_seed(seed)
    return Tied(dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.float64])
def test_a_merge_goes_into_a_live_module(dtype):
    checkpoints = [trained(seed, dtype).state_dict() for seed in range(3)]
    model = trained(9, dtype)
    before = model.embedding.weight.data_ptr()
    resident = bouillon.hold(checkpoints)
    resident.merge_into(model, WEIGHTS)
    merged = resident.merge(WEIGHTS).torch()
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, merged[name]) and tensor.dtype == merged[name].dtype
    total = sum(w * one["norm.weight"].double() for w, one in zip(WEIGHTS, checkpoints))
    assert torch.allclose(merged["norm.weight"].double(), total, atol=1e-2)
    assert model.embedding.weight.data_ptr() == before == model.head.weight.data_ptr()


def test_a_tied_tensor_that_files_have_once_is_enough():
    checkpoints = [{name: tensor for name, tensor in trained(seed).state_dict().items() if name != "head.weight"}
                   for seed in range(2)]
    model = trained(9)
    bouillon.hold(checkpoints).merge_into(model, [0.5, 0.5])
    assert torch.equal(model.head.weight, (checkpoints[0]["embedding.weight"] + checkpoints[1]["embedding.weight"]) / 2)


def test_a_compiled_module_is_taken_by_its_own_names():
    checkpoints = [trained(seed).state_dict() for seed in range(2)]
    wrapped = torch.nn.Module()
    wrapped._orig_mod = trained(9)
    bouillon.hold(checkpoints).merge_into(wrapped, [0.0, 1.0])
    assert torch.equal(wrapped._orig_mod.norm.bias, checkpoints[1]["norm.bias"])


def test_tensors_of_a_merge_share_its_memory():
    merge = bouillon.hold([trained(seed).state_dict() for seed in range(2)]).merge([0.5, 0.5])
    assert merge.torch()["norm.weight"].data_ptr() == torch.from_dlpack(merge["norm.weight"]).data_ptr()


def test_tensors_that_cannot_be_taken_are_named():
    whole = torch.ones(4, 4)
    resident = bouillon.hold([{"a": torch.ones(4, 4)}, {"a": torch.zeros(4, 4)}])
    for tensor, message in [(whole.T[:2], "shape"), (torch.ones(8, 8)[::2, ::2], "contiguous"), (whole.half(), "F16"),
                            (torch.ones(4, 4, device="meta"), "device meta"), (whole.to_sparse(), "layout"),
                            (torch.ones(4, 4, dtype=torch.complex128), "complex128")]:
        with pytest.raises(bouillon.InputError, match=message):
            resident.merge_into({"a": tensor}, [0.5, 0.5])


def test_losses_may_be_a_tensor():
    search = bouillon.Search(bouillon.Simplex(2), reference_losses=torch.tensor([1.0, 2.0]))
    search.observe(search.suggest(), torch.tensor([0.5, 1.5], requires_grad=True))
    assert search.history()[0].loss == -0.5
    search.observe(search.suggest(), torch.tensor(0.25))


def test_a_run_goes_into_the_model_of_its_checkpoints(data):
    transformers = pytest.importorskip("transformers")
    run = bouillon.open_run(data, last=2, dtype="F32")
    model = transformers.AutoModelForCausalLM.from_pretrained(data / "step-02400", dtype=torch.float32)
    resident = run.resident()
    resident.merge_into(model, [0.4, 0.6])
    merged = resident.merge([0.4, 0.6]).torch()
    state = model.state_dict()
    assert all(torch.equal(state[name], tensor) for name, tensor in merged.items()) and len(merged) > 10
