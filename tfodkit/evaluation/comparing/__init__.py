"""One thing held against another: two runs, two annotators, detections and the labels they contradict."""
