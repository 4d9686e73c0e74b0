using System.Text.Json.Nodes;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>What tests/lab/nics found in one run: the gateway in a guest, on NICs that QEMU emulates, by DPDK's own drivers.</summary>
public sealed class NicSite : IDisposable
{
    private readonly Lab _lab = new(test: nameof(NicSite));

    public NicSite()
    {
        try
        {
            string tag = Machine.Tag, json = Path.Combine(_lab.Folder, "result.json");
            foreach (char tap in "abcg")
            {
                _lab.AddUndo($"! ip link show ni{tap}{tag} >/dev/null 2>&1 || ip link del ni{tap}{tag}");
            }

            _lab.AddUndo($"{Machine.Lab}/guest stop nic{tag}");
            // Every instruction of the program is emulated: some 200 seconds of CPU, up to three at a time.
            CommandResult done = Shell.Try($"PYTHONDONTWRITEBYTECODE=1 timeout 680 {Machine.Lab}/nics --tag {tag} --json {json}", 700);
            File.WriteAllText(_lab.LogFile("nics"), done.Output);
            Assert.True(File.Exists(json), done.Output);
            Result = JsonNode.Parse(File.ReadAllText(json))!;
        }
        catch
        {
            _lab.Dispose();
            throw;
        }
    }

    /// <summary>All of it, as <c>--json</c> has it.</summary>
    internal JsonNode Result { get; }

    public void Dispose() => _lab.Dispose();
}
