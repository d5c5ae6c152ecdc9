"""What a model may have done on this computer: function tools, and the one registry that runs them for all pipelines."""
