"""The sample city's residents, drawn from a YAML file and a seed."""

from samplecore.population.generate import Resident, generate
from samplecore.population.parameters import Parameters, ParametersError, load_parameters

__all__ = ["Parameters", "ParametersError", "Resident", "generate", "load_parameters"]
