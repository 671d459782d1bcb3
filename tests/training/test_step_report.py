from tfodkit.training.resources_used import MemoryUse
from tfodkit.training.step_report import StepReport

LOSSES = {"Loss/localization_loss": 0.29, "Loss/classification_loss": 0.512, "Loss/regularization_loss": 0.0402}


def test_a_step_tells_all_that_people_watch() -> None:
    report = StepReport(
        step=120,
        steps=500,
        loss=0.84216,
        learning_rate=0.0311,
        losses=LOSSES,
        epoch=6.25,
        images_per_second=19.24,
        waiting_share=0.034,
        memory=MemoryUse(2_140_000_000, 3_040_000_000, 3_500_000_000),
        seconds_left=158.2,
        best="best mAP 0.412 at step 100",
    )
    assert str(report) == (
        "step 120/500  epoch 6.25  ETA 2:38"
        "  loss 0.8422 (localization 0.2900, classification 0.5120, regularization 0.0402)  rate 0.0311"
        "  19.2 images/s  3% waiting for input  memory 2.1 GB, GPU 3.0 GB  best mAP 0.412 at step 100"
    )


def test_what_the_first_step_does_not_know_is_left_out() -> None:
    report = StepReport(step=1, steps=500, loss=3.5, learning_rate=0.01)
    assert str(report) == "step 1/500  loss 3.5000  rate 0.01"
    assert (report.where, report.learning, report.working) == ("step 1/500", "loss 3.5000  rate 0.01", "")
