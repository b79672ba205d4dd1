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


def test_untied_checkpoints_do_not_go_into_tied_parameters():
    checkpoints = [{**trained(seed).state_dict(), "head.weight": torch.full((11, 8), float(seed))} for seed in range(2)]
    with pytest.raises(bouillon.InputError, match="have different ones"):
        bouillon.hold(checkpoints).merge_into(trained(9), [0.5, 0.5])


class Layers(torch.nn.Module):
    """With a submodule of the name that DataParallel gives, and a buffer that no state dict has."""

    def __init__(self):
        super().__init__()
        self.module = torch.nn.Linear(2, 2)
        self.last = torch.nn.Linear(2, 2)
        self.register_buffer("position", torch.zeros(1), persistent=False)


@pytest.mark.parametrize("wrap", [
    torch.compile, torch.nn.DataParallel, lambda model: torch.nn.DataParallel(torch.compile(model)),
    lambda model: torch.compile(torch.nn.DataParallel(model)), lambda model: model], ids=str)
def test_wrapped_modules_are_known_by_their_own_names(wrap):
    snapshots = [Layers().state_dict() for _ in range(2)]
    model = Layers()
    wrapped = wrap(model)
    bouillon.hold(snapshots).merge_into(wrapped, [0.0, 1.0])
    assert all(torch.equal(tensor, snapshots[1][name]) for name, tensor in model.state_dict().items())
    held = bouillon.hold([snapshots[0], {name: tensor.clone() for name, tensor in wrapped.state_dict().items()}])
    held.merge_into(wrapped, [1.0, 0.0])
    assert torch.equal(model.last.bias, snapshots[0]["last.bias"])


def test_a_layer_that_is_compiled_alone():
    snapshots = [Layers().state_dict() for _ in range(2)]
    model = Layers()
    model.last = torch.compile(model.last)
    bouillon.hold(snapshots).merge_into(model, [0.0, 1.0])
    assert torch.equal(model.last.bias, snapshots[1]["last.bias"])


def test_a_buffer_that_state_dicts_leave_out_is_written_where_checkpoints_have_it():
    snapshots = [{**Layers().state_dict(), "position": torch.full((1,), float(k))} for k in range(2)]
    model = Layers()
    bouillon.hold(snapshots).merge_into(model, [0.0, 1.0])
    assert model.position == 1


def test_snapshots_that_are_one_memory_are_refused():
    model = trained(1)
    with pytest.raises(bouillon.InputError, match="0 and 1 are the same memory"):
        bouillon.hold([model.state_dict(), model.state_dict()])
    frozen = model.state_dict()["norm.bias"]
    bouillon.hold([{"a": frozen, "b": torch.ones(1)}, {"a": frozen, "b": torch.zeros(1)}])


def test_what_only_looks_like_a_tensor_is_named():
    class Wrapper(torch.Tensor):
        @classmethod
        def __torch_dispatch__(cls, function, types, arguments=(), named=None):
            raise NotImplementedError

    wrapper = torch.Tensor._make_wrapper_subclass(Wrapper, (4, 4))
    for tensor, message in [(wrapper, "Wrapper, which has no memory of its own"), (torch.eye(3).to_sparse(), "layout"),
                            (torch.nn.parameter.UninitializedParameter(), "not initialised")]:
        with pytest.raises(bouillon.InputError, match=message):
            bouillon.hold([{"a": tensor}, {"a": tensor}])
        resident = bouillon.hold([{"a": torch.ones(4, 4)}, {"a": torch.zeros(4, 4)}])
        with pytest.raises(bouillon.InputError, match=message):
            resident.merge_into({"a": tensor}, [0.5, 0.5])
        module = torch.nn.Module()
        module.register_buffer("a", tensor, persistent=False)
        with pytest.raises(bouillon.InputError, match=message):
            resident.merge_into(module, [0.5, 0.5])


def test_a_module_with_a_state_of_its_own_kind():
    class Scaled(torch.nn.Linear):
        def get_extra_state(self):
            return {"scale": 2}

        def set_extra_state(self, state):
            pass

    bouillon.hold([torch.nn.Linear(2, 2).state_dict() for _ in range(2)]).merge_into(Scaled(2, 2), [0.5, 0.5])


def test_batch_norm_counts_are_the_newests_where_that_is_asked_for():
    snapshots = [torch.nn.BatchNorm1d(3).state_dict() for _ in range(2)]
    snapshots[1]["num_batches_tracked"] = torch.tensor(5)
    model = torch.nn.BatchNorm1d(3)
    bouillon.hold(snapshots, newest_integers=True).merge_into(model, [0.5, 0.5])
    assert model.num_batches_tracked == 5


def test_a_graph_of_older_parameters_is_not_gone_back_through():
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 1))
    loss = model(torch.ones(1, 2)).sum()
    snapshots = [{name: tensor.clone() for name, tensor in model.state_dict().items()} for _ in range(2)]
    bouillon.hold(snapshots).merge_into(model, [0.5, 0.5])
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


@pytest.mark.parametrize("dtype", [torch.float32, "torch.float32", "F32"])
def test_snapshots_in_bfloat16_go_into_a_float32_model(dtype):
    snapshots = [trained(seed, torch.bfloat16).state_dict() for seed in range(2)]
    model = trained(9)
    bouillon.hold(snapshots, dtype=dtype).merge_into(model, [0.5, 0.5])
    total = sum(one["norm.weight"].float() for one in snapshots) / 2
    assert torch.equal(model.norm.weight, total)


def test_devices_are_waited_for_before_page_locked_memory_is_written_again(monkeypatch):
    """With host memory that stands for devices."""
    waited = []
    monkeypatch.setattr("bouillon.resident.is_elsewhere", lambda tensor: tensor.numel() == 4)
    monkeypatch.setattr(bouillon.Resident, "_stage", lambda self, name, tensor: torch.empty_like(tensor).detach())
    monkeypatch.setattr(torch.cuda, "synchronize", waited.append)
    snapshots = [{"a": torch.full((4,), float(k)), "b": torch.full((2,), float(k))} for k in range(2)]
    target = {"a": torch.zeros(4), "b": torch.zeros(2)}
    bouillon.hold(snapshots).merge_into(target, [0.0, 1.0])
    assert target["a"].tolist() == [1.0] * 4 and target["b"].tolist() == [1.0] * 2 and waited == [torch.device("cpu")]


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
    search.observe(search.suggest(), [torch.tensor(loss, requires_grad=True) for loss in (0.5, 1.0)])
    assert search.history()[2].loss == -0.75


def test_points_may_be_a_tensor():
    search = bouillon.Search(bouillon.Simplex(2), budget=3)
    search.observe(search.suggest(), 0.25)
    means = [search.belief(points)[0] for points in (
        [[0.5, 0.5]], torch.tensor([[0.5, 0.5]], requires_grad=True), torch.tensor([0.5, 0.5], requires_grad=True),
        [[torch.tensor(0.5, requires_grad=True), torch.tensor(0.5)]])]
    assert all(mean == means[0] for mean in means)
    for wrong in (torch.ones(1, 2, device="meta"), [torch.ones(1, device="meta")] * 2):
        with pytest.raises(bouillon.InputError):
            search.belief(wrong)
        with pytest.raises(bouillon.InputError):
            search.observe(0, wrong)


def test_a_run_goes_into_the_model_of_its_checkpoints(data):
    transformers = pytest.importorskip("transformers")
    run = bouillon.open_run(data, last=2, dtype="F32")
    model = transformers.AutoModelForCausalLM.from_pretrained(data / "step-02400", dtype=torch.float32)
    resident = run.resident()
    resident.merge_into(model, [0.4, 0.6])
    merged = resident.merge([0.4, 0.6]).torch()
    state = model.state_dict()
    assert all(torch.equal(state[name], tensor) for name, tensor in merged.items()) and len(merged) > 10
