"""Steps whose values end training, with what the linter says, and steps at the edge that do not."""

from __future__ import annotations

_CROP = "min_area=0.1,max_area=1,min_aspect_ratio=0.5,max_aspect_ratio=2"
_PAIRS = "min_padded_size_ratio=1,min_padded_size_ratio=1,max_padded_size_ratio=2,max_padded_size_ratio=2"

ENDING = {
    "adjust_gamma:gamma=-1": "can't have gamma below 0",
    "random_absolute_pad_image:pad_color=1,pad_color=2": "needs one or three values of pad_color, but has 2",
    "random_black_patches:size_to_image_ratio=1.5": "can't have size_to_image_ratio above 1",
    "random_black_patches:size_to_image_ratio=0": "needs size_to_image_ratio above 0",
    "random_crop_image:max_area=2": "can't have max_area above 1",
    "random_crop_image:min_area=-0.1": "needs min_area above 0",
    "random_crop_image:min_object_covered=-1": "can't have min_object_covered below 0",
    "random_crop_pad_image:min_padded_size_ratio=1": "needs two values of min_padded_size_ratio",
    "random_crop_to_aspect_ratio:aspect_ratio=0": "needs aspect_ratio above 0",
    "random_distort_color:color_ordering=2": "needs color_ordering 0 or 1, but has 2",
    "random_downscale_to_target_pixels:min_target_pixels=0": "needs min_target_pixels above 0",
    "random_image_scale:min_scale_ratio=0,max_scale_ratio=0.001": "needs min_scale_ratio above 0",
    "random_jitter_boxes:ratio=3": "can't have ratio above 1, which turns boxes inside out",
    "random_jpeg_quality:min_jpeg_quality=100": "needs max_jpeg_quality above min_jpeg_quality",
    "random_jpeg_quality:min_jpeg_quality=150,max_jpeg_quality=200": "needs qualities of 0 to 100",
    "random_pad_image:min_image_height=20": "needs both of min_image_height and min_image_width, or none of them",
    "random_patch_gaussian:min_patch_size=0": "needs min_patch_size above 0",
    "random_patch_gaussian:min_patch_size=250": "needs max_patch_size above min_patch_size",
    "random_resize_method:target_height=9": "needs target_width above 0",
    "random_scale_crop_and_pad_to_square:output_size=0": "needs output_size above 0",
    "random_square_crop_by_scale:num_scales=0": "needs num_scales above 0",
    "resize_image:new_height=-4,new_width=4": "needs new_height above 0",
    "ssd_random_crop:max_area=1": "needs min_area and min_aspect_ratio and max_aspect_ratio above 0",
    f"ssd_random_crop_pad:{_CROP}": "needs two values of min_padded_size_ratio and of max_padded_size_ratio",
    "ssd_random_crop_pad_fixed_aspect_ratio:max_padded_size_ratio=2": "needs two values of max_padded_size_ratio",
}

HARMLESS = (
    "random_absolute_pad_image:pad_color=1",
    "random_black_patches:max_black_patches=0,size_to_image_ratio=0",
    "random_black_patches:size_to_image_ratio=1",
    "random_crop_image:max_area=1,min_area=1",
    "random_jitter_boxes:ratio=3,jitter_mode=EXPAND",
    "random_jpeg_quality:min_jpeg_quality=100,max_jpeg_quality=101",
    "ssd_random_crop_fixed_aspect_ratio:min_area=0.1,max_area=1",
    f"ssd_random_crop_pad:{_CROP},{_PAIRS},random_coef=0.5/{_CROP},{_PAIRS}",
    f"ssd_random_crop_pad_fixed_aspect_ratio:{_CROP}",
)
