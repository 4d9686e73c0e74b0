using System.Diagnostics;
using System.Text;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>Runs commands of the machine, each bounded in time.</summary>
internal static class Shell
{
    /// <summary>Runs a bash command; fails the test where it fails.</summary>
    public static string Run(string command, int seconds = 30) => Try(command, seconds).MustSucceed().Output;

    /// <summary>Runs a bash command and gives what came of it; a command that takes too long fails the test.</summary>
    public static CommandResult Try(string command, int seconds = 30)
    {
        using Process process = new() { StartInfo = Info(["bash", "-c", command]) };
        StringBuilder output = new();
        CountdownEvent streams = new(2);
        void Take(object _, DataReceivedEventArgs e)
        {
            if (e.Data is null)
            {
                streams.Signal();
                return;
            }

            lock (output)
            {
                output.AppendLine(e.Data);
            }
        }

        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"not done after {seconds} s: {command}\n{output}");
        }

        // What is still in the pipes belongs to the command; a daemon that it left behind may hold them open.
        streams.Wait(TimeSpan.FromSeconds(1));
        process.CancelOutputRead();
        process.CancelErrorRead();
        lock (output)
        {
            return new CommandResult(command, process.ExitCode, output.ToString());
        }
    }

    /// <summary>Repeats <paramref name="condition"/> until it holds or the time is over; says whether it held.</summary>
    public static bool Eventually(Func<bool> condition, double seconds, int everyMilliseconds = 100)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed.TotalSeconds > seconds)
            {
                return false;
            }

            Thread.Sleep(everyMilliseconds);
        }

        return true;
    }

    /// <summary>The start of a process: no input of ours, our token in its environment.</summary>
    public static ProcessStartInfo Info(IReadOnlyList<string> arguments)
    {
        ProcessStartInfo info = new(arguments[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Machine.Root,
        };
        foreach (string argument in arguments.Skip(1))
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment[Machine.TokenVariable] = Machine.Token;
        info.Environment["LAB_RUN"] = Machine.RunFolder;
        info.Environment["LC_ALL"] = "C";
        // The test host's own settings are not for the programs it starts.
        foreach (string name in info.Environment.Keys.Where(k => k.StartsWith("VSTEST", StringComparison.Ordinal) || k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            info.Environment.Remove(name);
        }

        return info;
    }
}
