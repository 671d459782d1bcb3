"""What can be wrong with a ``pipeline.config`` (TFK6xx): in it, or between it, its records and its label map."""

from __future__ import annotations

from tfodkit.findings import Rule, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
_AGAIN = "Run make-config again for these records."
_RECORDS_AGAIN = "Run make-records again."

MODEL_UNKNOWN = Rule("TFK601", _ERROR, "models that TensorFlow 2 does not have", "Start from a template.")
CLASSES_NONE = Rule("TFK602", _ERROR, "models without classes", _AGAIN)
EXTRACTOR_UNKNOWN = Rule(
    "TFK603", _ERROR, "feature extractors that TensorFlow 2 does not have", "Start from a template."
)
CLASSES_DIFFER = Rule("TFK604", _ERROR, "numbers of classes that are not the label map's", _AGAIN)
LANE_TF1 = Rule(
    "TFK605",
    _ERROR,
    "models of TensorFlow 1",
    "Run make-config with that --template; make-config writes configs for TensorFlow 1 as well.",
)
MEMORY_SHORT = Rule(
    "TFK606",
    _WARNING,
    "configs for more memory than is free",
    "Make the config again with a smaller --batch-size or --image-size, or free memory.",
)
ANCHORS_MISS = Rule(
    "TFK607",
    _WARNING,
    "anchors that miss many boxes",
    "Make the config again with other anchors or a larger image size; tfodkit config anchors shows what they come to.",
)
ANCHORS_NONE = Rule(
    "TFK608", _ERROR, "anchors that can't be laid", "Mend the value it names, or start from a template."
)

RATE_NONE = Rule("TFK610", _ERROR, "learning rates that nothing learns by", "Write one above 0, or make-config again.")
COUNT_NONE = Rule("TFK611", _ERROR, "steps or batches of 0", "Set it to 1 or more.")
OPTIMIZER_NONE = Rule("TFK612", _ERROR, "optimizers without a learning rate", "Start from a template.")
COSINE_FULL = Rule(
    "TFK613",
    _ERROR,
    "cosines that have no step to fall in",
    "Lower warmup_steps; it is 10,000 where it is not written.",
)
WARM_UP_HIGH = Rule("TFK614", _ERROR, "warm-ups from above the learning rate", "Lower warmup_learning_rate.")
MILESTONES_UNORDERED = Rule(
    "TFK615",
    _ERROR,
    "schedules whose steps do not rise",
    "Mend the schedule; a first step of 0 is refused in TensorFlow 2.",
)
NEVER_DECAYS = Rule(
    "TFK616",
    _WARNING,
    "learning rates that do not fall within the run",
    "Fit the schedule to num_steps; make-config --schedule cosine falls to 0 at the run's end.",
)
DECAYS_EARLY = Rule(
    "TFK617",
    _WARNING,
    "learning rates that have fallen long before the run ends",
    "Fit the schedule to num_steps, or end the run earlier.",
)
WARM_UP_LONG = Rule(
    "TFK618", _WARNING, "warm-ups as long as the run", "Lower warmup_steps; a twentieth of num_steps is usual."
)
RATE_OF_OTHER_BATCH = Rule(
    "TFK619",
    _WARNING,
    "learning rates for a larger batch",
    "Scale it with the batch, as make-config --batch-size does and --set train_config.batch_size does not: "
    "training is likely to diverge.",
)
DECAY_NONE = Rule(
    "TFK620", _ERROR, "exponential decays of 0 steps", "Write decay_steps: it is the run's steps between two decays."
)

CHECKPOINT_PLACEHOLDER = Rule(
    "TFK621", _ERROR, "checkpoints that are placeholders", "Name a checkpoint, or take the line out."
)
CHECKPOINT_TYPE = Rule(
    "TFK622", _ERROR, "checkpoint types that the model does not take", 'Write fine_tune_checkpoint_type: "detection".'
)
CHECKPOINT_CLASSIFIES = Rule(
    "TFK623",
    _WARNING,
    "checkpoints that are taken for classifiers",
    'Write "detection" where it is a detector of the model zoo; "classification" is for backbones alone.',
)
CHECKPOINT_ABSENT = Rule(
    "TFK624",
    _WARNING,
    "checkpoints that are not there",
    "Name the prefix, such as checkpoint/ckpt-0, of files .index and .data; a run that has begun needs it no more.",
)
LOADS_ALL = Rule(
    "TFK625",
    _WARNING,
    "load_all_detection_checkpoint_vars, which TensorFlow 2 does not have",
    'Take it out; fine_tune_checkpoint_type: "full" loads all.',
)
DEAD_KNOB = Rule("TFK626", _WARNING, "fields without effect in TensorFlow 2", "Take it out.")
BFLOAT16 = Rule(
    "TFK627", _WARNING, "bfloat16, which is for TPUs", "Take it out: on a GPU or CPU only the input is cast."
)
AVERAGES_UNUSED = Rule(
    "TFK628",
    _WARNING,
    "moving averages that nothing uses",
    "Write use_moving_average: false (it is true where it is not written), or eval_config.use_moving_averages: true.",
)
AVERAGES_ABSENT = Rule(
    "TFK629",
    _WARNING,
    "moving averages that nobody makes",
    "Set the optimizer's use_moving_average to true, or eval_config.use_moving_averages to false.",
)

FROZEN_RANDOM = Rule(
    "TFK630",
    _WARNING,
    "frozen variables that no checkpoint fills",
    "Make the config again with --checkpoint, or without --freeze: random weights stay random.",
)
EVALUATION_NONE = Rule("TFK631", _ERROR, "configs without an evaluation reader", _AGAIN)
METRICS_UNKNOWN = Rule("TFK632", _WARNING, "metrics that are not there", "Write coco_detection_metrics.")

LABEL_MAP_BROKEN = Rule("TFK641", _ERROR, "label maps that can't be used", _AGAIN)
LABEL_MAP_GAPS = Rule(
    "TFK642", _WARNING, "label maps with gaps", "Number the classes from 1 without gaps; make-records does."
)
INPUT_NONE = Rule("TFK643", _ERROR, "readers without records", _AGAIN)
RECORD_ABSENT = Rule(
    "TFK644", _ERROR, "records that are not there", "Check the path; records that moved need a new config."
)
RECORD_EMPTY = Rule("TFK645", _ERROR, "records without an image", _AGAIN)
WEIGHTS_UNEVEN = Rule("TFK646", _ERROR, "weights that do not match the records", "Give each input_path one weight.")
WEIGHTS_INVALID = Rule("TFK647", _ERROR, "weights that can't be drawn by", "Mend the weights.")
CLASSES_SHIFTED = Rule("TFK648", _ERROR, "classes that records and label map number differently", _AGAIN)
RECORD_UNKNOWN = Rule("TFK649", _ERROR, "records that their manifest does not name", _AGAIN)
RECORD_CHANGED = Rule("TFK650", _ERROR, "records of another size than their manifest says", _RECORDS_AGAIN)
SHARDS_ABSENT = Rule("TFK651", _ERROR, "records that lack shards", _RECORDS_AGAIN)
OBJECTS_CUT = Rule(
    "TFK652",
    _WARNING,
    "readers with room for fewer objects than an image has",
    "Raise max_number_of_boxes: the rest is cut off, unsaid.",
)
DETECTIONS_FEW = Rule(
    "TFK653",
    _WARNING,
    "models that give fewer detections than an image has objects",
    "Raise it: what is above it can't be found.",
)
SHUFFLE_LARGE = Rule(
    "TFK654",
    _WARNING,
    "shuffle buffers that take much memory",
    "Lower shuffle_buffer_size: each input_path has a buffer of that many records.",
)

STEP_FAILS = Rule("TFK661", _ERROR, "augmentations that end training", "Take the step out, or mend it as it says.")
STEP_NORMALIZES = Rule(
    "TFK662",
    _ERROR,
    "normalize_image as augmentation",
    "Take it out: evaluation and the exported model would see other pixels; the model scales them itself.",
)
STEP_LEAVES_RANGE = Rule(
    "TFK663", _WARNING, "augmentations that leave the range of pixels", "Leave resizing to the image_resizer."
)
STEP_IDLE = Rule("TFK664", _WARNING, "augmentations without effect", "Take the step out, or give it values.")
FLIP_CHANGES_CLASS = Rule(
    "TFK665",
    _WARNING,
    "flips and turns that may change a class",
    "Take the step out where the class is told by its side.",
)
COLOUR_CHANGES_CLASS = Rule(
    "TFK666", _WARNING, "colour distortions that may change a class", "Take the step out where colour tells the class."
)

VALIDATES_ON_TRAINING = Rule(
    "TFK655",
    _WARNING,
    "records that are both trained and validated on",
    "Validate on other images, as make-records --split sets aside: these figures say nothing about new ones.",
)
INPUT_ENDS = Rule(
    "TFK656", _ERROR, "training inputs that end", "Take num_epochs out: num_steps alone says how long it trains."
)
RECORDS_LEFT_OUT = Rule(
    "TFK657", _WARNING, "readers that leave out images", "Take sample_1_of_n_examples out, or write 1, to train on all."
)
PATH_ESCAPED = Rule(
    "TFK658", _ERROR, "paths that a backslash has changed", r"Write / in place of each \, which begins an escape."
)

CHECKPOINT_DAMAGED = Rule("TFK671", _ERROR, "checkpoints that are damaged", "Copy or unpack all of its files again.")
CHECKPOINT_OF_OTHER_LANE = Rule(
    "TFK672",
    _ERROR,
    "checkpoints of the other TensorFlow",
    "Take the checkpoint of the model's own lane: of TensorFlow 2, tfodkit zoo fetch has them.",
)
CHECKPOINT_OF_OTHER_TYPE = Rule(
    "TFK673",
    _ERROR,
    "checkpoints of another type than is written",
    'Write "detection" for a detector of the zoo or of a run, "classification" for a backbone alone.',
)
CHECKPOINT_OF_OTHER_MODEL = Rule(
    "TFK674", _ERROR, "checkpoints of another meta-architecture", "Take the checkpoint of the template's own model."
)
CHECKPOINT_OF_OTHER_BACKBONE = Rule(
    "TFK675",
    _WARNING,
    "checkpoints of another backbone",
    "Take the checkpoint of the template's own model: hardly anything else can be restored.",
)
CHECKPOINT_OF_OTHER_CLASSES = Rule(
    "TFK676", _ERROR, "checkpoints of other classes that are to be restored whole", 'Write "detection".'
)
CHECKPOINT_NO_PREFIX = Rule(
    "TFK677", _ERROR, "checkpoints that are not named by their prefix", "Write the prefix: the name without .index."
)

PART_ABSENT = Rule("TFK681", _ERROR, "models that lack a part", "Copy it from a template: tfodkit templates NAME.")
SIDE_UNFIT = Rule(
    "TFK682",
    _ERROR,
    "inputs of a size that the model can't take",
    "Change it; make-config --image-size names those near.",
)
QUANTIZED = Rule(
    "TFK683", _WARNING, "training with quantization, which nothing does any more", "Take graph_rewriter out."
)
VALUE_REFUSED = Rule(
    "TFK684",
    _ERROR,
    "values that the Object Detection API refuses",
    "Mend the value that it names; tfodkit templates NAME shows usual ones.",
)

RULES: tuple[Rule, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Rule))
"""All of them, in the order of their codes."""
