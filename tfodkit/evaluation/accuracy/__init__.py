"""How exact: overlaps, COCO's matching, average precision, Pascal VOC's, LRP."""
