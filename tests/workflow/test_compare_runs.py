import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from evaluation_sets import make_found, make_set, make_truth
from report_builders import make_analysis, make_subject

from tfodkit.config.templates import read_template
from tfodkit.errors import CheckpointError, ConfigError, DataError, OutputError, UsageError
from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.comparing.uncertainty import bootstrap
from tfodkit.evaluation_report.data_files import write_data_files
from tfodkit.workflow.compare_runs import RunsComparison, compare_runs

BOX, BESIDE = (10.0, 10.0, 110.0, 110.0), (150.0, 10.0, 250.0, 110.0)
IMAGES = 12
TEMPLATE = "ssd_mobilenet_v2_320x320_coco17"


def found_in(*places: int, images: int = IMAGES) -> EvaluationSet:
    """An object an image, found in some."""
    truth = make_truth(*((image, 1, BOX) for image in range(images)))
    return make_set(truth, make_found(*((image, 1, BOX, 0.9) for image in places)), images=images)


def write_report(images: EvaluationSet, folder: Path, model: str = "best checkpoint, step 300") -> Path:
    folder.mkdir(parents=True)
    write_data_files(make_analysis(images), make_subject(model=model), folder)
    return folder


def make_run(images: EvaluationSet, folder: Path, *, steps: int = 300, config: str | None = None) -> Path:
    write_report(images, folder / "report")
    text = read_template(TEMPLATE).text if config is None else config
    (folder / "pipeline.config").write_text(text, encoding="utf-8")
    best = {"step": steps - 100, "value": 0.5, "monitor": "mAP", "weights": "as trained"}
    starts = [
        {"to_step": 20, "why_ended": "it was interrupted", "phases": {"loading TensorFlow": 2.0}},
        {"to_step": None, "why_ended": "it was killed", "phases": {"learning": 50.0}},
        {"to_step": steps, "why_ended": "all steps taken", "phases": {"learning": 60.0, "evaluating": 10.5}},
    ]
    record = {"format": 1, "machine": {"devices": "the CPU"}, "starts": starts, "result": {"best": best}}
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    checkpoint = folder / "best"
    checkpoint.mkdir()
    (checkpoint / "checkpoint").write_text(f'model_checkpoint_path: "ckpt-{steps - 100}"\n', encoding="utf-8")
    for name, size in ((f"ckpt-{steps - 100}.index", 10), (f"ckpt-{steps - 100}.data-00000-of-00001", 90)):
        (checkpoint / name).write_bytes(bytes(size))
    return folder


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs ``few`` and ``many``, which finds more."""
    home = tmp_path_factory.mktemp("runs")
    make_run(found_in(0, 1, 2), home / "few")
    changed = read_template(TEMPLATE).text.replace("batch_size: 512", "batch_size: 8", 1)
    make_run(found_in(*range(11)), home / "many", steps=500, config=changed)
    return home


def compared(*places: Path, **options: object) -> RunsComparison:
    return compare_runs(*places, **{"samples": 100, **options})


def test_a_run_stands_for_the_report_inside_it(reports: Path) -> None:
    by_run = compared(reports / "few", reports / "many")
    by_report = compared(reports / "few" / "report", reports / "many" / "report")
    assert by_run == by_report
    few, many = by_run.runs
    assert (few.name, many.name) == ("few", "many")
    assert (few.report, few.model) == (reports / "few" / "report", "best checkpoint, step 300")
    assert (by_run.images, by_run.objects) == (IMAGES, IMAGES)
    assert (few.detections, many.detections) == (3, 11)


def test_the_figures_are_those_of_the_evaluations(reports: Path) -> None:
    comparison = compared(reports / "few", reports / "many")
    own = bootstrap(found_in(0, 1, 2), samples=100)
    assert comparison.runs[0].map == own.map
    assert comparison.runs[0].map50 == own.map50
    (difference,) = comparison.differences
    assert difference.map.a == own.map.value
    assert difference.map.is_shown
    assert [picture.name for picture in difference.pictures] == sorted(f"{number}.jpg" for number in range(3, 11))


def test_each_is_held_against_the_first(reports: Path) -> None:
    few, many = reports / "few", reports / "many"
    comparison = compared(many, few, many)
    assert [each.map.is_shown for each in comparison.differences] == [True, False]
    assert comparison.differences[0].map.difference.high < 0
    assert [run.name for run in comparison.runs] == [str(many / "report"), "few", str(many / "report")]


def test_options_arrive(reports: Path) -> None:
    few, many = reports / "few", reports / "many"
    (difference,) = compared(few, many, threshold=0.95, samples=7, level=0.5).differences
    assert (difference.threshold_a, difference.threshold_b) == (0.95, 0.95)
    assert (difference.samples, difference.level) == (7, 0.5)
    assert difference.pictures == ()
    assert compared(few, many, seed=1) != compared(few, many)


def test_what_is_known_of_a_run_is_told(reports: Path) -> None:
    few, many = compared(reports / "few", reports / "many").runs
    assert few.run == reports / "few"
    assert few.facts is not None
    assert (few.facts.steps, few.facts.best_step, few.facts.seconds) == (300, 200, 122.5)
    assert (few.facts.devices, few.facts.checkpoint_bytes) == ("the CPU", 100)
    assert many.facts is not None
    assert many.facts.steps == 500


def test_the_configs_of_runs_are_compared(reports: Path) -> None:
    (config,) = compared(reports / "few", reports / "many").configs
    assert config is not None
    assert [(each.path, each.a, each.b) for each in config] == [("train_config.batch_size", "512", "8")]
    assert compared(reports / "few", reports / "few").configs == ((),)


def test_a_report_alone_has_no_run(reports: Path, tmp_path: Path) -> None:
    alone = tmp_path / "somebodys-report"
    shutil.copytree(reports / "many" / "report", alone)
    comparison = compared(reports / "few", alone)
    assert (comparison.runs[1].name, comparison.runs[1].run, comparison.runs[1].facts) == (alone.name, None, None)
    assert comparison.configs == (None,)


def test_a_run_without_a_record_or_a_checkpoint_says_nothing_of_them(reports: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(reports / "few", bare)
    (bare / "run.json").unlink()
    shutil.rmtree(bare / "best")
    facts = compared(bare, reports / "many").runs[0].facts
    assert facts is not None
    assert (facts.steps, facts.best_step, facts.seconds, facts.devices, facts.checkpoint_bytes) == (None,) * 5


def test_the_order_of_images_and_the_ids_of_classes_do_not_count(reports: Path, tmp_path: Path) -> None:
    images = found_in(*range(11))
    turned = replace(
        images,
        images=images.images[::-1],
        class_names={7: "class 1"},
        truth=replace(
            make_truth(*((image, 7, BOX) for image in range(IMAGES))),
        ),
        found=make_found(*((image, 7, BOX, 0.9) for image in range(1, IMAGES))),
    )
    other = write_report(turned, tmp_path / "turned")
    (ours,) = compared(reports / "few", reports / "many").differences
    (theirs,) = compared(reports / "few", other).differences
    assert ours == theirs


def test_what_goes_on_is_told(reports: Path) -> None:
    said: list[str] = []
    compared(reports / "few", reports / "many", tell=said.append)
    assert said == [
        *(f"reading {reports / name}" for name in ("few", "many")),
        *(f"measuring {reports / name / 'report'}" for name in ("few", "many")),
    ]


def refused(kind: type[Exception], *places: Path, **options: object) -> str:
    with pytest.raises(kind) as caught:
        compared(*places, **options)
    return str(caught.value)


def test_other_images_are_named(reports: Path, tmp_path: Path) -> None:
    more = write_report(found_in(0, images=IMAGES + 7), tmp_path / "more")
    few = reports / "few" / "report"
    remedy = "Evaluate both on the same images with the same labels."
    hidden = "12.jpg, 13.jpg, 14.jpg, 15.jpg, 16.jpg and 2 more"
    assert refused(DataError, few, more) == f"{more}: 7 images not in {few}: {hidden}. {remedy}"
    assert refused(DataError, more, few) == f"{few}: 7 images of {more} missing here: {hidden}. {remedy}"


def test_other_labels_and_classes_are_named(reports: Path, tmp_path: Path) -> None:
    images = found_in(0)
    truth = make_truth(*((image, 1 + (image == 5), BESIDE if image == 2 else BOX) for image in range(IMAGES)))
    other = replace(images, truth=truth, class_names={1: "class 1", 2: "lynx"})
    relabelled, few = write_report(other, tmp_path / "relabelled"), reports / "few" / "report"
    problems = refused(DataError, few, relabelled).splitlines()
    assert problems[0].startswith(f"{relabelled}: 2 images labelled otherwise in {few}: 2.jpg, 5.jpg. Evaluate both")
    assert problems[1].startswith(f"{relabelled}: 1 class not in {few}: lynx. Evaluate both")


def test_a_run_that_was_not_evaluated(reports: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(reports / "few", run)
    shutil.rmtree(run / "report")
    expected = f"{run}: the run was not evaluated yet: there is no report in it. Run tfodkit eval {run} first."
    assert refused(CheckpointError, run, reports / "many") == expected


def test_a_place_without_a_report(reports: Path, tmp_path: Path) -> None:
    remedy = "Pass the folder of a run, or a report: what tfodkit eval wrote, such as RUN/report."
    assert refused(DataError, reports / "few", tmp_path) == (
        f"{tmp_path}: there is no report: results.json is missing. {remedy}"
    )
    nowhere = tmp_path / "nowhere"
    assert refused(DataError, reports / "few", nowhere) == f"{nowhere}: there is no such folder. {remedy}"
    nowhere.write_text("")
    assert refused(DataError, reports / "few", nowhere) == f"{nowhere}: this is a file, no folder. {remedy}"


@pytest.mark.parametrize("name", ["detections.json", "truth.json"])
def test_a_report_that_lacks_a_file(reports: Path, tmp_path: Path, name: str) -> None:
    report = tmp_path / "report"
    shutil.copytree(reports / "few" / "report", report)
    (report / name).unlink()
    expected = f"{report}: the report lacks {name}. Evaluate anew: tfodkit eval … --force."
    assert refused(DataError, report, reports / "many") == expected


@pytest.mark.parametrize("content", ['{"format": 99}', "{", "[1]", '{"images": 3}'])
def test_results_of_another_format(reports: Path, tmp_path: Path, content: str) -> None:
    report = tmp_path / "report"
    shutil.copytree(reports / "few" / "report", report)
    (report / "results.json").write_text(content, encoding="utf-8")
    message = refused(DataError, report, reports / "many")
    assert message.startswith(f"{report / 'results.json'}: these are no results of an evaluation that this version")
    assert message.endswith("Evaluate anew: tfodkit eval … --force.")


def test_a_damaged_config_or_record_of_a_run(reports: Path, tmp_path: Path) -> None:
    for name, kind in (("pipeline.config", ConfigError), ("run.json", OutputError)):
        run = tmp_path / name
        shutil.copytree(reports / "few", run)
        (run / name).write_text("}", encoding="utf-8")
        assert name in refused(kind, run, reports / "many")


def test_one_run_alone_is_not_compared(reports: Path) -> None:
    assert refused(UsageError, reports / "few") == (
        "tfodkit compare-runs: there must be two runs or more. Pass the folder of another run."
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 50}, "--threshold: must be 0 to 1, but got 50. Scores are shares: 0.5 is 50 percent."),
        ({"samples": 0}, "--samples: must be 1 or more, but got 0. 1000 is usual."),
        ({"level": 95}, "--level: must be above 0 and below 1, but got 95. 0.95 is 95 percent."),
        ({"seed": -1}, "--seed: must be 0 or more, but got -1. Pass another number."),
    ],
)
def test_options_that_can_not_be_meant(reports: Path, options: dict[str, float], message: str) -> None:
    assert refused(UsageError, reports / "few", reports / "many", **options) == message
