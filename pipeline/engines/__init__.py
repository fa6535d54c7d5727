"""The engines of this project, registered as entry points of the group `pipeline.engines`."""
