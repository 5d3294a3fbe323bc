"""parquet-go and arrow-go: a program reads the folder's files, and writes what it found beside them."""

import os
import pathlib
import subprocess

import versions
from model import Model


class GoReader:
    @classmethod
    def prepare(cls, files):
        """Runs the program once for both readers. BUCKSAW_GO_READERS names it."""
        folder = pathlib.Path(files[0].path).parent
        if not any(folder.glob(f"*.{cls.name}")):
            subprocess.run([os.environ["BUCKSAW_GO_READERS"], str(folder)], check=True)

    def __init__(self, path):
        self.found = Model(pathlib.Path(path).with_suffix(f".{self.name}"))

    def columns(self):
        return self.found.columns

    def type_of(self, model_type):
        return model_type

    def cells(self, columns):
        return [self.found.cells[name] for name, _ in columns]


class ParquetGo(GoReader):
    name = "parquet-go"
    version = versions.of_go_module("github.com/parquet-go/parquet-go")


class ArrowGo(GoReader):
    name = "arrow-go"
    version = versions.of_go_module("github.com/apache/arrow-go")
