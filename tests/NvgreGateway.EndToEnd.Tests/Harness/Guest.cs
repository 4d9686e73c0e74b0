namespace NvgreGateway.EndToEnd.Tests;

/// <summary>A small emulated Linux machine whose virtio NICs are wired to the gateway's net_vhost ports.</summary>
internal sealed class Guest : IDisposable
{
    private readonly string _name;
    private readonly Lab _lab;

    public Guest(Lab lab, params string[] nics)
    {
        _lab = lab;
        _name = lab.Name("vm");
        lab.Add(this);
        Shell.Run($"{Machine.Lab}/guest start {_name} {string.Join(' ', nics.Select(n => "--nic " + n))}", 180);
    }

    /// <summary>Runs a shell script in the guest; fails the test where it fails.</summary>
    public string Run(string script, int seconds = 60) => Try(script, seconds).MustSucceed().Output;

    /// <summary>Runs a shell script in the guest.</summary>
    public CommandResult Try(string script, int seconds = 60)
    {
        string file = Path.Combine(_lab.Sockets, "script");
        File.WriteAllText(file, script + "\n");
        return Shell.Try($"{Machine.Lab}/guest run {_name} -t {seconds} -f {file}", seconds + 20);
    }

    /// <summary>Copies a file out of the guest.</summary>
    public void Get(string guestPath, string localPath) => Shell.Run($"{Machine.Lab}/guest get {_name} {guestPath} {localPath}");

    public void Dispose()
    {
        File.WriteAllText(_lab.LogFile("guest-console"), Shell.Try($"{Machine.Lab}/guest log {_name}").Output);
        Shell.Try($"{Machine.Lab}/guest stop {_name}", 30);
    }
}
