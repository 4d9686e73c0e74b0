using System.Text.Json.Nodes;

namespace NvgreGateway.Tests.CommandLine;

/// <summary><c>import-nic-properties</c> as its users run it.</summary>
public sealed class ImportCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    [Requirement("C-077")]
    public async Task ADumpBecomesSettingsAndNotices()
    {
        // As Windows PowerShell redirects: UTF-16.
        await File.WriteAllTextAsync(
            _file, """[ { "Name": "SLOT 2", "RegistryKeyword": "*LsoV2IPv4", "RegistryValue": ["0"] }, { "Name": "SLOT 2", "RegistryKeyword": "*VxlanUDPPortNumber", "RegistryValue": ["4789"] } ]""",
            System.Text.Encoding.Unicode);
        Cli json = (await Cli.Run("import-nic-properties", _file)).Ended(Cli.Done);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{ "ports": [ { "name": "SLOT-2", "offload": { "tso.inner4": "off" } } ] }"""), JsonNode.Parse(json.Output)), json.Output);
        Assert.Equal("SLOT 2: *VxlanUDPPortNumber = 4789: ignored: this gateway speaks NVGRE only\n", json.Errors);
        Cli keys = (await Cli.Run("import-nic-properties", "--keys", _file)).Ended(Cli.Done);
        Assert.Equal("SLOT 2: offload.tso.inner4 = 0\n", keys.Output);
    }

    [Fact]
    public async Task WhatIsNoDumpIsRefused()
    {
        await File.WriteAllTextAsync(_file, "hello");
        Assert.Contains("no RegistryKeyword in it", (await Cli.Run("import-nic-properties", _file)).Ended(Cli.Usage).Errors, StringComparison.Ordinal);
        (await Cli.Run("import-nic-properties", _file + ".none")).Ended(Cli.Failed);
    }
}
