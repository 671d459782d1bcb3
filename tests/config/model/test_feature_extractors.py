import pytest

from tfodkit.config.model.feature_extractors import FEATURE_EXTRACTORS


@pytest.mark.tensorflow
def test_the_names_are_those_that_the_api_builds() -> None:
    from tfodkit.odapi.install import install

    install()
    from object_detection.builders import model_builder

    assert {
        "ssd": set(model_builder.SSD_KERAS_FEATURE_EXTRACTOR_CLASS_MAP),
        "faster_rcnn": set(model_builder.FASTER_RCNN_KERAS_FEATURE_EXTRACTOR_CLASS_MAP),
        "center_net": set(model_builder.CENTER_NET_EXTRACTOR_FUNCTION_MAP),
    } == FEATURE_EXTRACTORS
