"""The fictional Fjordvik kommune: synthetic, from a seed, through the same verbs as a real municipality."""
