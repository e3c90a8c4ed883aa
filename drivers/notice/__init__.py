"""How people and programs elsewhere are told: by mail and by web hook."""
