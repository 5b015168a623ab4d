"""The handwritten world: what specs reach of the code that people wrote, shown to the model and counted."""
