using System.Diagnostics;

namespace NvgreGateway.Dpdk.Tests;

/// <summary>The one EAL of this test process: without huge pages, PCI or anything left behind. Builds the shim if it has not been built.</summary>
public sealed class EalFixture : IDisposable
{
    private static int number;

    public EalFixture()
    {
        BuildShimIfMissing();
        Eal = Eal.Start(new EalOptions { FilePrefix = $"dpdk-tests-{Environment.ProcessId}", Memory = EalMemory.Ordinary, Megabytes = 256 });
        Folder = Directory.CreateTempSubdirectory("nvgre-dpdk-tests-");
    }

    public Eal Eal { get; }

    /// <summary>For files of tests; gone afterwards.</summary>
    public DirectoryInfo Folder { get; }

    /// <summary>A name that no other test of the process has.</summary>
    public static string Unique(string stem) => $"{stem}{Interlocked.Increment(ref number)}";

    public Port Open(string device)
    {
        var name = DeviceName.Parse(device);
        Eal.Attach(name);
        return Port.Find(name);
    }

    public void Dispose()
    {
        Eal.Dispose();
        Folder.Delete(true);
    }

    internal static void BuildShimIfMissing()
    {
        var candidates = NativeLibraryLocator.Candidates(Environment.GetEnvironmentVariable(NativeLibraryLocator.OverrideVariable), AppContext.BaseDirectory).ToList();
        if (candidates.Any(File.Exists))
        {
            return;
        }

        var root = Path.GetDirectoryName(Path.GetDirectoryName(candidates[^1]))!;
        Run("cmake", "-S", root, "-B", Path.Combine(root, "build"));
        Run("cmake", "--build", Path.Combine(root, "build"));
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {errors}");
    }
}
