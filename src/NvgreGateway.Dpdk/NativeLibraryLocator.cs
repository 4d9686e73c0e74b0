using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NvgreGateway.Dpdk;

/// <summary>Finds the shim, and says what to install or build when it cannot be loaded.</summary>
internal static class NativeLibraryLocator
{
    internal const string Shim = "nvgre_shim";
    internal const string OverrideVariable = "NVGRE_GATEWAY_NATIVE";
    private const string FileName = "libnvgre_shim.so";

    // Has to run before the first call through the border, whichever class makes it.
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLocator).Assembly, Resolve);
#pragma warning restore CA2255

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Shim)
        {
            return 0;
        }

        var candidates = Candidates(Environment.GetEnvironmentVariable(OverrideVariable), AppContext.BaseDirectory).ToArray();
        return Load(candidates);
    }

    /// <summary>Loads the first file that exists.</summary>
    internal static nint Load(IReadOnlyList<string> candidates)
    {
        foreach (var candidate in candidates.Where(File.Exists))
        {
            try
            {
                return NativeLibrary.Load(candidate);
            }
            catch (DllNotFoundException failure)
            {
                // The file is there, so what is missing is something it needs: DPDK itself.
                throw new DllNotFoundException(
                    $"{candidate} cannot be loaded: {failure.Message}\n" +
                    "It needs the DPDK libraries of the release it was built against. On Debian: apt-get install dpdk libdpdk-dev, " +
                    "then build it again: cmake -S . -B build && cmake --build build", failure);
            }
        }

        throw new DllNotFoundException(
            $"{FileName}, the border to DPDK, was not found. Looked at: {string.Join(", ", candidates)}.\n" +
            "On Debian: apt-get install dpdk libdpdk-dev cmake gcc pkg-config, then in the root of the source tree: " +
            $"cmake -S . -B build && cmake --build build. Or point {OverrideVariable} at the file.");
    }

    /// <summary>Where to look, in order: the override alone if there is one; else beside the program and in build/ of any folder above it.</summary>
    internal static IEnumerable<string> Candidates(string? overriding, string programFolder)
    {
        if (!string.IsNullOrEmpty(overriding))
        {
            yield return Directory.Exists(overriding) ? Path.Combine(overriding, FileName) : overriding;
            yield break;
        }

        yield return Path.Combine(programFolder, FileName);
        for (var folder = Path.GetFullPath(programFolder); folder != null; folder = Path.GetDirectoryName(folder.TrimEnd('/')))
        {
            if (File.Exists(Path.Combine(folder, "CMakeLists.txt")))
            {
                yield return Path.Combine(folder, "build", FileName);
            }
        }
    }
}
