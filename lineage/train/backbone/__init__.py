"""Fine-tuning of backbones for copies: from one picture per asset, alone or after a teacher."""
