"""The engines that come with the program; they are registered like anyone's."""
