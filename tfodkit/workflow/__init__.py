"""From a folder of pictures to a detector in one go: all the commands in turn, each where it has something to do."""
