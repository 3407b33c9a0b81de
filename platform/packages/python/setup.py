# SPDX-License-Identifier: Apache-2.0
"""A wheel with the shared library inside: of GLISSADE_LIBRARY, where that is set, else built here by CMake."""
import os
import pathlib
import shutil
import subprocess

from setuptools import setup
from setuptools.command.build_py import build_py
from wheel.bdist_wheel import bdist_wheel

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def library(folder):
    """The library's file."""
    chosen = os.environ.get("GLISSADE_LIBRARY")
    if chosen:
        return pathlib.Path(chosen)
    subprocess.run(["cmake", "-S", ROOT, "-B", folder, "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON"], check=True)
    subprocess.run(["cmake", "--build", folder, "--parallel", "--target", "glissade"], check=True)
    return folder / "libglissade.so"


class WithLibrary(build_py):
    def run(self):
        super().run()
        target = pathlib.Path(self.build_lib) / "glissade" / "libglissade.so"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(library(pathlib.Path(self.build_lib).parent / "cmake"), target)
        if shutil.which("strip"):
            subprocess.run(["strip", "--strip-unneeded", target], check=True)


class AnyPython(bdist_wheel):
    """For every Python 3, and one kind of machine."""

    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


setup(cmdclass={"build_py": WithLibrary, "bdist_wheel": AnyPython})
