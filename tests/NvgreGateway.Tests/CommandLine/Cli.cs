using System.Diagnostics;
using NvgreGateway.Tests.Conformance;

namespace NvgreGateway.Tests.CommandLine;

/// <summary>Runs the built program as its users do: a process, its two outputs and its exit code.</summary>
internal sealed record Cli(int ExitCode, string Output, string Errors)
{
    public const int Done = 0, Failed = 1, Usage = 2;

    /// <summary>The program that was built with these tests.</summary>
    public static string Path { get; } = System.IO.Path.Combine(
        Tree.Root, "src", "NvgreGateway", "bin", AppContext.BaseDirectory.Contains($"{System.IO.Path.DirectorySeparatorChar}Debug{System.IO.Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Debug" : "Release",
        "net10.0", "nvgre-gateway.dll");

    public static async Task<Cli> Run(params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath is string host && System.IO.Path.GetFileName(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(Path);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(limit.Token);
        return new Cli(process.ExitCode, await output, await errors);
    }

    /// <summary>The exit code, with what was printed when it is another.</summary>
    public Cli Ended(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, not {exitCode}\n{Output}\n{Errors}");
        Assert.DoesNotContain("Unhandled exception", Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at NvgreGateway.", Errors, StringComparison.Ordinal);
        return this;
    }
}
