package io.vireo.itest.structure;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/** The structure that a newcomer can rely on: what may know what, and what nobody does. */
@AnalyzeClasses(packages = "io.vireo", importOptions = MainCode.class)
final class StructureTest {
  @ArchTest
  static final ArchRule native_calls_are_made_in_linux_alone =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.vireo.linux..")
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(Linker.class, SymbolLookup.class)
          .orShould()
          .callMethodWhere(
              target(owner(assignableTo(MemorySegment.class))).and(target(name("reinterpret"))))
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("sun.misc.Unsafe");

  @ArchTest
  static final ArchRule rooms_know_only_the_rooms_below_them =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("linux")
          .definedBy("io.vireo.linux..")
          .layer("reactor")
          .definedBy("io.vireo.reactor..")
          .layer("memreg")
          .definedBy("io.vireo.memreg..")
          .layer("nvme")
          .definedBy("io.vireo.nvme..")
          .layer("bdev")
          .definedBy("io.vireo.bdev..")
          .layer("virtio")
          .definedBy("io.vireo.virtio..")
          .layer("vhost")
          .definedBy("io.vireo.vhost..")
          .layer("daemon")
          .definedBy("io.vireo.daemon..")
          .whereLayer("linux")
          .mayNotAccessAnyLayer()
          .whereLayer("reactor")
          .mayOnlyAccessLayers("linux")
          .whereLayer("memreg")
          .mayOnlyAccessLayers("linux")
          .whereLayer("nvme")
          .mayOnlyAccessLayers("linux", "memreg")
          .whereLayer("bdev")
          .mayOnlyAccessLayers("linux", "reactor", "memreg", "nvme")
          .whereLayer("virtio")
          .mayOnlyAccessLayers("linux", "reactor", "memreg", "bdev")
          .whereLayer("vhost")
          .mayOnlyAccessLayers("linux", "reactor", "memreg", "bdev", "virtio")
          .whereLayer("daemon")
          .mayNotBeAccessedByAnyLayer()
          .ensureAllClassesAreContainedInArchitectureIgnoring("io.vireo.itest..");

  @ArchTest
  static final ArchRule the_nvme_driver_does_not_know_what_carries_it =
      noClasses()
          .that()
          .resideInAPackage("io.vireo.nvme")
          .should()
          .dependOnClassesThat()
          .haveSimpleNameStartingWith("Pcie")
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage("io.vireo.nvme.pcie..");

  @ArchTest
  static final ArchRule packages_do_not_know_each_other_in_circles =
      slices().matching("io.vireo.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule nothing_static_changes = fields().that().areStatic().should().beFinal();

  @ArchTest
  static final ArchRule classes_are_final_or_abstract =
      classes()
          .that()
          .areTopLevelClasses()
          .should()
          .haveModifier(FINAL)
          .orShould()
          .haveModifier(ABSTRACT)
          .orShould()
          .beEnums();

  @ArchTest
  static final ArchRule names_tell_what_a_class_is =
      noClasses().should().haveNameMatching(".*(Manager|Helper|Utils?|Impl)");

  @ArchTest
  static final ArchRule the_log_is_the_only_output = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
