# SPDX-License-Identifier: Apache-2.0
"""How the library is found and believed, its backends, and python3 -m glissade."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy as np

import glissade

PROJECT = pathlib.Path(__file__).parent.parent.parent


def run(*arguments, **environment):
    command = [sys.executable, *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


class LibraryTest(unittest.TestCase):
    def test_version_is_the_projects(self):
        version = re.search(r"project\(glissade VERSION ([0-9.]+)", (PROJECT / "CMakeLists.txt").read_text())
        self.assertEqual(glissade.__version__, version[1])
        self.assertTrue((PROJECT / "platform/packages/python/src/glissade/py.typed").exists())

    def test_another_library_is_an_import_error(self):
        for library in ("/nowhere/libglissade.so", "libm.so.6"):
            result = run("-c", "import glissade", GLISSADE_LIBRARY=library)
            self.assertIn("ImportError: glissade: ", result.stderr)
            self.assertIn(library, result.stderr)

    def test_the_library_beside_the_package(self):
        with tempfile.TemporaryDirectory() as folder:
            package = pathlib.Path(folder, "glissade")
            shutil.copytree(PROJECT / "platform/packages/python/src/glissade", package)
            environment = {"GLISSADE_LIBRARY": "", "PYTHONPATH": folder}
            (package / "libglissade.so").symlink_to(os.environ["GLISSADE_LIBRARY"])
            self.assertIn(f"library: {package}/libglissade.so\n", run("-m", "glissade", **environment).stdout)

    def test_another_version_is_an_import_error(self):
        # A package whose __init__ has not run, so that its version can be changed before the library is loaded.
        lines = (
            "import sys, types",
            "package = types.ModuleType('glissade')",
            f"package.__path__ = [{str(PROJECT / 'platform/packages/python/src/glissade')!r}]",
            "sys.modules['glissade'] = package",
            "import glissade._version",
            "glissade._version.__version__ = '0.0.9'",
            "import glissade._library",
        )
        says = f"ImportError: glissade: .* has version {re.escape(glissade.__version__)}, the package 0.0.9"
        self.assertRegex(run("-c", "\n".join(lines)).stderr, says)

    def test_a_struct_of_another_layout_is_an_import_error(self):
        ffi = glissade._library.cffi.FFI()
        ffi.cdef("typedef struct { int first, second; } gls_pair; typedef struct { const char* name; size_t bytes; } gls_place;")
        names = [ffi.new("char[]", name) for name in (b"gls_pair", b"gls_pair.second", b"gls_pair.third")]

        class Library:
            gls_layout = None

        for places, wrong in (
            ([(0, 8), (1, 4)], None),
            ([(0, 12)], "gls_pair is at 12, not 8"),
            ([(0, 8), (1, 8)], "second is at 8"),
            ([(2, 0)], "third"),
            ([], "nothing"),
        ):
            Library.gls_layout = ffi.new("gls_place[]", [(names[i], size) for i, size in places] + [(ffi.NULL, 0)])
            if wrong is None:
                glissade._library._check_layout(ffi, Library, "it")
                continue
            with self.assertRaisesRegex(ImportError, wrong):
                glissade._library._check_layout(ffi, Library, "it")

    def test_the_readmes_example(self):
        text = (PROJECT / "platform/packages/python/README.md").read_text()
        (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        names = {}
        exec(example, names)
        self.assertEqual((names["optimizer"].lr, names["optimizer"].state["step"]), (1e-4, 1))

    def test_main(self):
        result = run("-m", "glissade")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertTrue(result.stdout.startswith(f"glissade {glissade.__version__}\nlibrary: {os.environ['GLISSADE_LIBRARY']}\n"))
        self.assertIn(f"backend {glissade.backend()}: in use\n", result.stdout)
        # None is in use where the environment names none of this machine's.
        self.assertNotIn("in use", run("-m", "glissade", GLISSADE_BACKEND="abacus").stdout)


class BackendsTest(unittest.TestCase):
    def tearDown(self):
        glissade.force_backend(None)

    def test_all_give_the_same_bits(self):
        saved = set()
        for backend in glissade.backends():
            if not backend.supported:
                continue
            glissade.force_backend(backend.name)
            self.assertEqual(glissade.backend(), backend.name)
            self.assertGreaterEqual(backend.width, 1)
            optimizer = glissade.Adam(np.linspace(-1, 1, 101, dtype=np.float32))
            for t in range(9):
                optimizer.step(np.linspace(t, -3, 101, dtype=np.float32))
            saved.add(optimizer.save())
        self.assertEqual(len(saved), 1)

    def test_an_unknown_one(self):
        with self.assertRaisesRegex(glissade.Error, "abacus.*scalar") as caught:
            glissade.force_backend("abacus")
        self.assertEqual(caught.exception.status, glissade._library.lib.GLS_ERROR_BACKEND)


if __name__ == "__main__":
    unittest.main()
