"""What machines tell at their own pace: crossings, silences, the picture, the index, in slices of the loop."""
