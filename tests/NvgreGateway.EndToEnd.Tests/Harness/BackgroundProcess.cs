using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>A process that runs beside the test; its output goes to a file and can be waited for.</summary>
internal sealed partial class BackgroundProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StreamWriter _log;
    private readonly CountdownEvent _streams = new(2);
    private bool _disposed;

    public BackgroundProcess(string logFile, params string[] arguments)
    {
        Name = string.Join(' ', arguments);
        _log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        _process = new Process { StartInfo = Shell.Info(arguments) };
        _process.OutputDataReceived += Take;
        _process.ErrorDataReceived += Take;
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Waits until the output holds <paramref name="text"/>; fails the test where it does not come.</summary>
    public void WaitFor(string text, double seconds)
    {
        bool found = Shell.Eventually(() => Output.Contains(text, StringComparison.Ordinal) || HasExited, seconds, 50);
        Assert.True(found && Output.Contains(text, StringComparison.Ordinal), $"'{text}' did not come from {Name}\n{Output}");
    }

    /// <summary>Waits for the end; fails the test where it does not come.</summary>
    public int WaitForExit(double seconds)
    {
        bool ended = _process.WaitForExit(TimeSpan.FromSeconds(seconds));
        Assert.True(ended, $"still running after {seconds} s: {Name}\n{Output}");
        // What is still in the pipes is its output too; children that live on may hold them open.
        _streams.Wait(TimeSpan.FromSeconds(1));
        return _process.ExitCode;
    }

    /// <summary>Sends a signal (number as in signal(7)).</summary>
    public void Signal(int signal) => Signal(Id, signal);

    /// <summary>Sends a signal to a process that this run started.</summary>
    public static void Signal(int processId, int signal) => Assert.Equal(0, Kill(processId, signal));

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, 15);
            if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
            {
                _process.Kill(entireProcessTree: true);
                _process.WaitForExit(TimeSpan.FromSeconds(5));
            }
        }

        _process.Dispose();
        lock (_output)
        {
            _log.Dispose();
        }
    }

    private void Take(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is null)
        {
            _streams.Signal();
            return;
        }

        lock (_output)
        {
            _output.AppendLine(e.Data);
            if (_log.BaseStream is { CanWrite: true })
            {
                _log.WriteLine(e.Data);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
