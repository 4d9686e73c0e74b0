using System.Diagnostics;

namespace NvgreGateway.Dpdk.Tests;

/// <summary>tests/native/shim_fuzz.c: the native border under the address and undefined-behaviour sanitizers, with hostile arguments and metadata.</summary>
public sealed class ShimFuzzTests
{
    private const int Steps = 40_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Hostile_calls_are_refused_and_overrun_nothing(int seed)
    {
        using Process fuzz = Process.Start(new ProcessStartInfo(Program(), [$"{seed}", $"{Steps}"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using CancellationTokenRegistration end = patience.Token.Register(fuzz.Kill);
        Task<string> errors = fuzz.StandardError.ReadToEndAsync(CancellationToken.None);
        string said = await fuzz.StandardOutput.ReadToEndAsync(CancellationToken.None) + await errors;
        await fuzz.WaitForExitAsync(CancellationToken.None);
        Assert.True(fuzz.ExitCode == 0, said);
        Assert.Contains($"{Steps} steps, seed {seed}: nothing found", said, StringComparison.Ordinal);
    }

    // In build/ of a folder above, as the shim itself.
    private static string Program()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "build", "shim_fuzz");
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException("build/shim_fuzz is not there: cmake -S . -B build && cmake --build build, with a compiler that has the sanitizers (gcc's libasan and libubsan)");
    }
}
